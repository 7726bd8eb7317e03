import type { SchedulerLike } from 'rxjs';
import type { JobStatus, StopReason } from '../core/job.js';
import type { PacingState, Progress } from '../core/progress.js';
import { maxAtRisk } from '../run/max-at-risk.js';
import { ProgressTracker } from '../run/progress-tracker.js';
import { withShards } from '../native/shard-board.js';
import type { ModeChoice } from '../native/choose-mode.js';
import { toWorkItem } from '../run/work-item.js';
import type { ShardQueue } from '../native/shard-queue.js';
import type { RunQueue } from '../run/run-queue.js';
import { WorkQueue } from '../run/work-queue.js';
import type { BatchStore, JobPatch, JobRecord, Lease } from '../store/store.js';

export interface RunStateOptions {
  readonly store: BatchStore;
  readonly lease: Lease;
  readonly record: JobRecord;
  /** Sent where neither item nor job names a model. */
  readonly defaultModel: string | undefined;
  readonly concurrency: number;
  readonly pacing: () => PacingState;
  /** The job's native batches: all of its work in native mode, what is left of them otherwise. */
  readonly shards: ShardQueue | undefined;
  /** An ended job is taken up again. */
  readonly onReopened: () => void;
  readonly scheduler: SchedulerLike;
}

/** What one run of a job knows: the job's row, what is to be sent, how far it is. */
export class RunState {
  /** Items to be sent as requests. */
  readonly work: WorkQueue;
  readonly tracker: ProgressTracker;
  /** Every item up to here has its result in the store. */
  lowWater: number;
  #record: JobRecord;
  #atWork: boolean;
  #shards: ShardQueue | undefined;

  constructor(private readonly options: RunStateOptions) {
    const { store, lease, record, defaultModel, concurrency, scheduler } = options;
    this.#record = record;
    this.lowWater = record.lowWater;
    this.#atWork = record.status !== 'completed' && record.status !== 'cancelled';
    this.tracker = new ProgressTracker(record, record.runMode);
    const defaults = { model: record.model ?? defaultModel, params: record.params };
    this.#shards = options.shards;
    this.work = new WorkQueue({
      claim: (after, limit) => store.claim(lease, after, limit),
      toItem: (claimed) => toWorkItem(claimed, defaults),
      lowWater: record.lowWater,
      maxAtRisk: maxAtRisk(concurrency),
      maxDelayed: Math.max(1_000, 4 * concurrency),
      scheduler,
    });
  }

  get shards(): ShardQueue | undefined {
    return this.#shards;
  }

  /** What the run takes its items from. */
  get queue(): RunQueue {
    return this.#record.runMode === 'native' ? (this.#shards ?? this.work) : this.work;
  }

  /** The mode of a job that left it open, before anything was sent. */
  choose({ runMode, reason }: ModeChoice): void {
    this.update({ runMode, modeReason: reason });
    this.tracker.mode = runMode;
    if (runMode === 'emulated') this.#shards = undefined;
  }

  get record(): JobRecord {
    return this.#record;
  }

  /** False while an ended job's input is read again and nothing new was found in it: then nothing is written. */
  get atWork(): boolean {
    return this.#atWork;
  }

  /** Ended, with items left that can be taken up. */
  get isCancelled(): boolean {
    return this.#record.status === 'cancelled';
  }

  get progress(): Progress {
    return this.snapshot(this.#atWork ? 'running' : this.#record.status, null);
  }

  snapshot(status: JobStatus, reason: StopReason | null): Progress {
    const { scheduler, pacing } = this.options;
    const progress = this.tracker.snapshot(scheduler.now(), status, reason, pacing());
    return this.shards === undefined ? progress : withShards(progress, this.shards);
  }

  update(patch: JobPatch): void {
    this.options.store.updateJob(this.options.lease, patch);
    this.#record = { ...this.#record, ...patch };
  }

  /** An ended job goes on: its end is taken back, and with new items for a completed one its failures too. */
  reopen(): void {
    const { store, lease } = this.options;
    store.reopen(lease, { retryFailed: this.#record.status === 'completed' });
    this.#atWork = true;
    const record = store.findJob(lease.jobId) ?? this.#record;
    this.#record = record;
    this.tracker.restart({ ...record, inputComplete: this.tracker.totalKnown });
    this.queue.startFrom(record.lowWater);
    this.lowWater = record.lowWater;
    this.update({ status: 'running', reason: null });
    this.options.onReopened();
  }
}
