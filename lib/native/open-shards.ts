import type { SchedulerLike } from 'rxjs';
import { BatchError } from '../core/errors.js';
import type { Provider } from '../provider/provider.js';
import { toWorkItem, type WorkItem } from '../run/work-item.js';
import type { BatchStore, ClaimedItem, JobRecord, Lease } from '../store/store.js';
import type { BatchQuota } from './batch-quota.js';
import type { NativeSettings } from './native-options.js';
import { ShardQueue } from './shard-queue.js';

export interface OpenShardsOptions {
  readonly store: BatchStore;
  readonly lease: Lease;
  readonly record: JobRecord;
  readonly provider: Provider;
  /** Whether new batches may be made. */
  readonly build: boolean;
  /** Needed where the provider has batches. */
  readonly quota: BatchQuota | undefined;
  readonly settings: Pick<NativeSettings, 'nativeCaps' | 'cleanUp'>;
  readonly scheduler: SchedulerLike;
}

/**
 * The batches of a job: all of its work in native mode, what an earlier run in that mode left in any other. Undefined where
 * there are none.
 */
export function openShards(options: OpenShardsOptions): ShardQueue | undefined {
  const { store, lease, record, provider, build, quota, settings, scheduler } = options;
  if (!build && store.shards.list(lease.jobKey, 0).length === 0) return undefined;
  const { native } = provider;
  if (native === undefined || quota === undefined) {
    throw new BatchError(
      'job_conflict',
      `Job "${record.jobId}" has work in the batches of "${provider.name}", and this provider was set up without them`,
      { jobId: record.jobId },
    );
  }
  const toItem = itemsOf(record, provider);
  return new ShardQueue({ store, lease, native, quota, settings, toItem, lowWater: record.lowWater, build, scheduler });
}

/** A job's items as they are sent. */
export function itemsOf(record: JobRecord, provider: Provider): (claimed: ClaimedItem) => WorkItem {
  const defaults = { model: record.model ?? provider.defaultModel, params: record.params };
  return (claimed) => toWorkItem(claimed, defaults);
}
