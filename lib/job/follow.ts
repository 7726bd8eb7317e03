import {
  concat,
  concatAll,
  defer,
  EMPTY,
  filter,
  map,
  merge,
  of,
  repeat,
  take,
  throwError,
  timer,
  catchError,
  takeUntil,
  type Observable,
} from 'rxjs';
import { BatchError, type BatchErrorCode } from '../core/errors.js';
import type { BatchEvent, ProgressEvent } from '../core/events.js';
import { pagesInSlices } from '../operators/in-slices.js';
import type { JobRecord } from '../store/store.js';
import type { EventsOptions } from './batch-job.js';
import type { JobHost } from './job-host.js';
import { statusOf, storedProgress, workerOf } from './job-info.js';
import { beginWholeRead } from './whole-read.js';

const pageSize = 256;
/** How often the store is asked about a job another process works on. */
export const pollMs = 500;

/**
 * A job's events: a snapshot, what is stored, then what happens, without gap or repeat. The store is read until it has
 * no more, and the run is attached to in that same tick; a job of another process is read from the store again and again.
 */
export function followJob(
  host: JobHost,
  jobId: string,
  { after, acrossPauses = false }: EventsOptions = {},
): Observable<BatchEvent> {
  return defer(() => {
    const { store, scheduler } = host;
    const { key } = requireJob(host, jobId);
    let cursor = after === 'now' ? store.lastSeq(key) : (after ?? 0);
    let again: 'now' | 'soon' | undefined;
    let before: Standing | undefined;

    const isNew = (event: BatchEvent): boolean => {
      if (event.seq <= cursor || isTakenBack(host, event)) return false;
      cursor = event.seq;
      return true;
    };
    /** Lets through what was not told yet, and remembers that it was. */
    const advance = map((events: readonly BatchEvent[]) => events.filter(isNew));
    // A page may hold nothing but an end that is being taken back, so the place in the table has a cursor of its own.
    const replay = (): Observable<BatchEvent[]> => {
      let read = cursor;
      let results = 0;
      const endWholeRead = cursor === 0 ? beginWholeRead(store, { key, jobId }) : undefined;
      return pagesInSlices(
        () => {
          const page = store.eventsAfter(key, read, pageSize);
          read = page.at(-1)?.seq ?? read;
          for (const { type } of page) if (type === 'item') results++;
          if (page.length === 0) endWholeRead?.(results);
          return page;
        },
        { scheduler },
      ).pipe(advance);
    };

    // First how it stands, then the replay: an end that another process writes in between has events of its own.
    const look = (): Observable<never> => {
      before = standingOf(host, jobId);
      return EMPTY;
    };
    const next = (): Observable<BatchEvent[]> => {
      again = undefined;
      const active = host.active(jobId);
      if (active !== undefined) {
        const groups$ = active.groups$.pipe(advance);
        return acrossPauses ? groups$.pipe(catchError(() => wait())) : groups$;
      }
      const standing = standingOf(host, jobId);
      if (standing === 'working') return wait();
      if (standing !== before) return wait('now');
      if (standing === 'ended') return EMPTY;
      const record = requireJob(host, jobId);
      return acrossPauses ? wait() : throwError(() => stoppedError(record, statusOf(host, record)));
    };
    const wait = (when: 'now' | 'soon' = 'soon'): Observable<never> => {
      again = when;
      return EMPTY;
    };

    const snapshot: Observable<BatchEvent[]> =
      typeof after === 'number' ? EMPTY : defer(() => of([snapshotEvent(host, jobId, cursor)]));
    // While an ended job's input is read again, it is open which of its past events still stand.
    const decided = (): Observable<never> => host.active(jobId)?.decided$ ?? EMPTY;
    const delays = { now: () => of(undefined), soon: () => soon(host, jobId) };
    const rounds = defer(() => concat(decided(), defer(look), defer(replay), defer(next))).pipe(
      repeat({ delay: () => (again === undefined ? EMPTY : delays[again]()) }),
    );
    return concat(snapshot, rounds).pipe(concatAll(), acrossPauses ? takeUntil(host.closed$) : (same$) => same$);
  });
}

type Standing = 'working' | 'ended' | 'stopped';

function standingOf(host: JobHost, jobId: string): Standing {
  const status = statusOf(host, requireJob(host, jobId));
  // A run that is still telling its end has written it.
  if (status === 'completed' || status === 'cancelled') return 'ended';
  return workerOf(host, jobId) === null ? 'stopped' : 'working';
}

/** The next look: after a while, or when a run of this job begins here. */
function soon(host: JobHost, jobId: string): Observable<unknown> {
  return merge(timer(pollMs, host.scheduler), host.started$.pipe(filter((started) => started === jobId))).pipe(take(1));
}

/** The end of a job that is being taken up again is not told: another one will come. */
function isTakenBack(host: JobHost, event: BatchEvent): boolean {
  return event.type === 'complete' && host.active(event.jobId)?.finished === false;
}

/** Not a stored event: its sequence is the place from which the following ones count. */
export function snapshotEvent(host: JobHost, jobId: string, seq: number): ProgressEvent {
  const active = host.active(jobId);
  const progress =
    active !== undefined && !active.finished ? active.progress : storedProgress(host, requireJob(host, jobId));
  return { type: 'progress', jobId, seq, at: host.scheduler.now(), progress };
}

export function requireJob(host: Pick<JobHost, 'store' | 'refuseClosed'>, jobId: string): JobRecord {
  host.refuseClosed(`job "${jobId}"`);
  const record = host.store.findJob(jobId);
  if (record === undefined)
    throw new BatchError('job_not_found', `There is no job "${jobId}" in ${host.store.location}`, { jobId });
  return record;
}

export function stoppedError(record: JobRecord, status: string): BatchError {
  const { jobId, reason } = record;
  if (reason !== null) {
    return new BatchError(reason.code as BatchErrorCode, reason.message, { jobId, until: reason.until });
  }
  const how = `go on with client.resume(${JSON.stringify(jobId)}), or with the same map({ jobId, items })`;
  return new BatchError(
    'interrupted',
    status === 'pending' ? `Job "${jobId}" was never started; ${how}` : `Job "${jobId}" was interrupted; ${how}`,
    { jobId },
  );
}
