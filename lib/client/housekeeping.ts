import { lastValueFrom, type SchedulerLike } from 'rxjs';
import { BatchError, OptionsError } from '../core/errors.js';
import { inSlices } from '../operators/in-slices.js';
import type { BatchStore, JobRecord } from '../store/store.js';
import { batchesLeft } from './batches-left.js';
import type { PruneOptions } from './client-api.js';

export interface HousekeepingOptions {
  readonly store: BatchStore;
  readonly scheduler: SchedulerLike;
  /** A job is gone. */
  readonly forget: (jobId: string) => void;
}

/** Removes jobs, and what they leave behind in the database. */
export class Housekeeping {
  constructor(private readonly options: HousekeepingOptions) {}

  async delete(record: JobRecord): Promise<void> {
    const { store, forget } = this.options;
    this.#refuseLiveBatches(record);
    store.deleteJob(record.jobId);
    forget(record.jobId);
    await this.#sweep();
  }

  async prune({ olderThan }: PruneOptions): Promise<readonly string[]> {
    const { store } = this.options;
    const before = olderThan instanceof Date ? olderThan.getTime() : Date.now() - olderThan;
    if (!Number.isFinite(before))
      throw new OptionsError('prune(): expected "olderThan" to be a Date or an age in milliseconds');
    const ended = store
      .listJobs()
      .filter(({ status, updatedAt }) => (status === 'completed' || status === 'cancelled') && updatedAt < before)
      .filter((record) => this.#batchesLeft(record).length === 0);
    for (const { jobId } of ended) store.deleteJob(jobId);
    await this.#sweep();
    return ended.map(({ jobId }) => jobId);
  }

  /** Deleting would forget batches that go on, and cost. */
  #refuseLiveBatches(record: JobRecord): void {
    const { jobId, status } = record;
    const left = this.#batchesLeft(record);
    if (left.length === 0) return;
    const how =
      status === 'cancelled'
        ? 'they had not ended when it was cancelled: cancel() it again, or wait until they are three days old'
        : 'cancel() it first, or they go on and are paid for';
    const text = `Job "${jobId}" has batches at its provider (${left.slice(0, 3).join(', ')}); ${how}`;
    throw new BatchError('job_busy', text, { jobId });
  }

  #batchesLeft({ key }: JobRecord): readonly string[] {
    const { store, scheduler } = this.options;
    return batchesLeft(store.shards.list(key, 0), scheduler.now());
  }

  async #sweep(): Promise<void> {
    const { store, scheduler } = this.options;
    const slices$ = inSlices(() => (store.sweep().done ? [] : [true]), { scheduler });
    await lastValueFrom(slices$, { defaultValue: true });
    store.checkpoint();
  }
}
