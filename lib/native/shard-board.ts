import { openPacing, type PacingState, type Progress, type ShardProgress } from '../core/progress.js';
import type { ShardRecord } from '../store/shard-store.js';
import type { BatchQuota } from './batch-quota.js';
import type { Contact } from './contact.js';
import type { Shard } from './shard.js';

/** Ended shards that progress still shows. */
export const shownEnded = 100;

const words: Partial<Record<ShardRecord['state'], string>> = {
  ready: 'waiting',
  intent: 'submitting',
  unsure: 'searching',
  ingesting: 'reading',
  settling: 'reading',
};

/** A shard as a row of progress: the provider's counts and, once it has any, the provider's word. */
export function shardRow({ record, remote, refused }: Pick<Shard, 'record' | 'remote' | 'refused'>): ShardProgress {
  const { shard, batchId, state, requests, said } = record;
  const counts = remote?.counts ?? record;
  const status = words[state] ?? (state === 'cancelling' ? state : (remote?.said ?? (said === '' ? state : said)));
  return {
    shard,
    batchId,
    status: refused ? 'refused' : status,
    total: requests,
    completed: counts.completed,
    failed: counts.failed,
  };
}

/** Items that are with the provider. */
export function inFlight(shards: Iterable<Pick<Shard, 'record'>>): number {
  let sum = 0;
  for (const { record } of shards)
    if (!['building', 'ready', 'settling', 'done'].includes(record.state)) sum += record.requests;
  return sum;
}

/** A progress with what is known of the batches. */
export function withShards(
  progress: Progress,
  batches: { readonly inFlight: number; readonly shards: readonly ShardProgress[]; readonly pacing: PacingState },
): Progress {
  const left = progress.inFlight + progress.pending;
  const inFlight = Math.min(left, progress.inFlight + batches.inFlight);
  const pacing = progress.mode === 'native' ? batches.pacing : progress.pacing;
  return { ...progress, inFlight, pending: left - inFlight, pacing, shards: batches.shards };
}

/** Whether batches are created, or wait: after a refusal, or because nothing is answered. */
export function batchPacing(quota: BatchQuota, { lost: outage }: Contact, waiting: number): PacingState {
  const { heldUntil: until, refusals } = quota;
  const state = until === null && !outage ? 'open' : 'held';
  return { ...openPacing, state, until, outage, waiting, refusals };
}
