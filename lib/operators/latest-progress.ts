import { catchError, EMPTY, map, pipe, throwError, type OperatorFunction } from 'rxjs';
import { isBatchError } from '../core/errors.js';
import type { BatchEvent } from '../core/events.js';
import type { Progress } from '../core/progress.js';
import { ofType } from './of-type.js';

/** Codes of a job that was stopped on purpose: nothing a progress view should break on. */
const quiet: ReadonlySet<string> = new Set(['paused', 'closed', 'unwatched']);

/**
 * The job's progress: a first value at once, the last one at the end. Ends quietly when the job is paused or its client
 * closed (the last value says so); every other stop errors. Made for `toSignal(job.pipe(latestProgress()))`.
 */
export function latestProgress<T = unknown>(): OperatorFunction<BatchEvent<T>, Progress> {
  return pipe(
    ofType<BatchEvent<T>, 'progress' | 'complete'>('progress', 'complete'),
    map((event) => event.progress),
    catchError((error: unknown) => (isBatchError(error) && quiet.has(error.code) ? EMPTY : throwError(() => error))),
  );
}
