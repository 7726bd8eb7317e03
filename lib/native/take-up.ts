import type { BatchStore, Lease } from '../store/store.js';
import type { BatchQuota } from './batch-quota.js';
import { recoverShard } from './recover.js';
import { Shard } from './shard.js';
import { shownEnded } from './shard-board.js';
import type { ShardRoster } from './shard-roster.js';

/** Carries out the plan for what earlier runs left: writes what has become of it, and holds its place in the quota. */
export function takeUpShards(store: BatchStore, lease: Lease, quota: BatchQuota, roster: ShardRoster): void {
  const dropped: number[] = [];
  for (const record of store.shards.list(lease.jobKey, shownEnded)) {
    const plan = recoverShard(record);
    if (plan.kind === 'drop') {
      dropped.push(record.shard);
      continue;
    }
    const shard = new Shard(record, lease.jobId);
    if (plan.kind === 'take up' && plan.event !== null) {
      const patch = shard.after(plan.event);
      store.shards.update(lease, record.shard, patch);
      shard.apply(patch);
    }
    roster.takeUp(shard);
    if (['unsure', 'live', 'cancelling'].includes(shard.record.state)) quota.hold(shard.enqueued);
  }
  if (dropped.length > 0) store.shards.drop(lease, dropped);
}
