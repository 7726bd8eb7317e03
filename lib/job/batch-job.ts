import type { Observable } from 'rxjs';
import type { BatchEvent, ItemEvent } from '../core/events.js';
import type { JobInfo, JobStatus, RunMode } from '../core/job.js';
import type { Progress } from '../core/progress.js';
import type { Result } from '../core/result.js';

export interface EventsOptions {
  /** A sequence already seen, `'now'` for what comes from here on, or left out for everything. */
  readonly after?: number | 'now';
  /** Stay open when the job pauses or fails, and go on when it is resumed (dashboards, servers). Default false. */
  readonly acrossPauses?: boolean;
}

export interface ResultsOptions {
  /** Default `all`. */
  readonly only?: 'all' | 'ok' | 'failed';
  /** `completion` (default) or `input`. */
  readonly order?: 'completion' | 'input';
}

export interface RetryOptions {
  /** Take them up in this mode. Default: as the job ran before. */
  readonly mode?: RunMode | undefined;
}

export interface ForEachOptions {
  /** Calls of `fn` at the same time. Default 1, which also keeps the order. */
  readonly concurrency?: number;
  /** Keeps the place under this name in the database, so that a restarted process goes on after the last item done. */
  readonly cursor?: string;
}

/**
 * One batch. It *is* an Observable of its events: a subscriber gets a snapshot of the progress, everything stored so
 * far, then what happens next, without gap or repeat. It completes after `complete`; whatever else stops the job errors
 * it with a `BatchError` whose `code` says why. Unsubscribing stops watching, never the work.
 */
export interface BatchJob<T = unknown> extends Observable<BatchEvent<T>> {
  readonly jobId: string;
  status(): Promise<JobStatus>;
  progress(): Promise<Progress>;
  info(): Promise<JobInfo>;
  /** Finished items so far, paged from the store; cold, completes at the last one, never waits for more. */
  results(options?: ResultsOptions): Observable<Result<T>>;
  /** All finished items so far by id, in an object without a prototype (an item may be called `__proto__`). */
  resultsDict(): Promise<Record<string, Result<T>>>;
  /** Resolves with the final progress after `complete` and the callbacks; rejects with the `BatchError` that stopped the job. */
  wait(): Promise<Progress>;
  events(options?: EventsOptions): Observable<BatchEvent<T>>;
  /**
   * Calls `fn` for every item event, stored and coming, as fast as `fn` can take them: read from the store, never queued in
   * memory. Resolves when the job has completed; rejects with what `fn` throws or what stopped the job. With a `cursor`
   * each event is delivered at least once over all runs of the program.
   */
  forEach(fn: (event: ItemEvent<T>) => unknown, options?: ForEachOptions | PromiseConstructorLike): Promise<void>;
  /** Stops spending: no new requests, answers in flight are kept, the job completes with status `cancelled`. */
  cancel(): Promise<void>;
  /** Stops for now: the Observable errors with code `paused`; `client.resume(jobId)` goes on. */
  pause(): Promise<void>;
  /** Takes up failed items again; returns this job, whose subscribers see a replay and then the new results. */
  retryFailed(options?: RetryOptions): BatchJob<T>;
}
