import type { Observable, SchedulerLike } from 'rxjs';
import type { RunMode } from '../core/job.js';
import type { BatchStore } from '../store/store.js';
import type { ActiveJob } from './active-job.js';

/** What a job's handle needs of the client it came from. */
export interface JobHost {
  readonly store: BatchStore;
  readonly scheduler: SchedulerLike;
  /** The run of this job in this client, if there is one. */
  active(jobId: string): ActiveJob | undefined;
  /** Job ids, as runs begin in this client. */
  readonly started$: Observable<string>;
  /** Fires when the client is closed. */
  readonly closed$: Observable<unknown>;
  /** Throws `client_closed` once it is. */
  refuseClosed(call: string): void;
  /** Takes up failed and pending items again. */
  retry(jobId: string, mode: RunMode | undefined): void;
  /** Cancels a job nobody works on. */
  cancelIdle(jobId: string): void;
  /** A cold job's work follows its watchers: called with +1 and -1. Completes when the run may be attached to. */
  watched(jobId: string, change: 1 | -1): Observable<never>;
  /** A subscriber of this job threw. Throws it again where the job is not at work, as RxJS would. */
  blame(jobId: string, error: unknown): void;
  /** Lets go of what is held for a later run of this job: an input in the middle. */
  forget(jobId: string): void;
}
