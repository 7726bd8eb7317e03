import type { Observable, SchedulerLike } from 'rxjs';
import type { ResolvedItem } from '../core/item.js';
import type { Intake } from '../intake/intake.js';
import type { BatchQuota } from '../native/batch-quota.js';
import type { RunSettings } from '../options/run-options.js';
import type { Limiter } from '../pacing/limiter.js';
import type { Provider } from '../provider/provider.js';
import type { BatchStore, JobRecord, Lease } from '../store/store.js';

/** What one run of a job is given. */
export interface ActiveJobOptions {
  readonly store: BatchStore;
  readonly lease: Lease;
  /** As it was when the lease was taken. */
  readonly record: JobRecord;
  /** Whether the call that starts this run created the job: then a refused input removes it again. */
  readonly created: boolean;
  readonly provider: Provider;
  /** The quota of requests to this model. */
  readonly limiterFor: (model: string | undefined) => Limiter;
  /** The provider's limits on batches, where it has any. */
  readonly batchQuota: BatchQuota | undefined;
  readonly settings: RunSettings;
  readonly intakes: readonly Intake[];
  /** The mode is open until the number of items tells. */
  readonly undecided: boolean;
  /** Finish with the items there are, although the input was never read to its end. */
  readonly partial: boolean;
  readonly sleptSince: (time: number) => boolean;
  /**
   * Delivers what is left to the callbacks, with `onComplete` if the job completed; completes when they have settled. A value
   * of `hurry$` gives those under way so many milliseconds, and leaves the rest to the next run.
   */
  readonly settleCallbacks: (completed: boolean, hurry$: Observable<number>) => Observable<unknown>;
  readonly scheduler?: SchedulerLike;
  readonly random: () => number;
  /** Of the user, instead of the provider's. */
  readonly estimateTokens: ((item: ResolvedItem) => number) | undefined;
}
