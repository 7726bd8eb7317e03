import { catchError, EMPTY, filter, interval, map, merge, mergeMap, startWith, type Observable } from 'rxjs';
import type { BatchError } from '../core/errors.js';
import type { BatchEvent, ProgressEvent } from '../core/events.js';
import type { JobInfo, JobStatus } from '../core/job.js';
import type { Progress } from '../core/progress.js';
import type { ItemQuery, PageLimit, PlacedResult, StoredFailure, StoredItem } from '../store/store.js';
import type { ResultsOptions } from './batch-job.js';
import { pollMs, snapshotEvent, stoppedError } from './follow.js';
import type { JobHost } from './job-host.js';
import { infoOf, statusOf, storedProgress, workerOf } from './job-info.js';

/** A job as it stands: what `info()` and `progress()` tell, at one moment. */
export interface JobView {
  /** The store's own number of the job: one that is deleted and made anew by the same id has another. */
  readonly key: number;
  readonly info: JobInfo;
  readonly progress: Progress;
  /** Highest sequence of its events, 0 if it has none. */
  readonly lastSeq: number;
  /** This process is just stopping it: answers in flight are waited for. */
  readonly stopping: boolean;
}

/** A job with its place in the order of creation. */
export interface PlacedJob {
  readonly place: number;
  readonly info: JobInfo;
}

/** Whether more events may come: somebody is `working`, it has `ended`, or it has `stopped` for a reason. */
export type Standing =
  | { readonly state: 'working' | 'ended' | 'gone' }
  | { readonly state: 'stopped'; readonly status: JobStatus; readonly error: BatchError };

/**
 * A client's jobs a page at a time, each page asked for: what a server needs that must not hold more of a job in memory than
 * its slowest reader takes. Synchronous, as the store is. A job that is not there gives `undefined` or nothing.
 */
export interface JobReader {
  find(jobId: string): JobView | undefined;
  /** {@link JobView.key} of the job that has this id now. */
  key(jobId: string): number | undefined;
  /** Newest first, those older than the one at a place (undefined: all). */
  jobs(before: number | undefined, limit: PageLimit): readonly PlacedJob[];
  /** Events of these jobs above a sequence, ascending over all of them; none means that there are none yet. */
  eventsAfter(jobIds: readonly string[], after: number, limit: PageLimit): readonly BatchEvent[];
  /** Highest sequence there is, of whichever job. */
  newestSeq(): number;
  /** The progress of now as an event that was never stored; `after` is its sequence. */
  snapshot(jobId: string, after: number): ProgressEvent | undefined;
  standing(jobId: string): Standing;
  /** Emits when there may be something new about one of these jobs, whoever works on it; never completes. */
  changes(jobIds: readonly string[]): Observable<unknown>;
  /** `after` is a sequence, or an ordinal with `order: 'input'`. */
  results(jobId: string, after: number, limit: PageLimit, options?: ResultsOptions): readonly PlacedResult[];
  /** Items above the ordinal `after`, up to `upTo`, that match. */
  items(jobId: string, after: number, upTo: number, limit: PageLimit, query: ItemQuery): readonly StoredItem[];
  failures(jobId: string, after: number, limit: number): readonly StoredFailure[];
}

/** Reads the jobs of one client. */
export class StoredJobReader implements JobReader {
  constructor(private readonly host: JobHost) {}

  find(jobId: string): JobView | undefined {
    const { host } = this;
    const { store } = host;
    const record = this.#record(jobId);
    if (record === undefined) return undefined;
    const active = host.active(jobId);
    const run = active?.finished === false ? active : undefined;
    return {
      key: record.key,
      info: infoOf(host, record),
      progress: run?.progress ?? storedProgress(host, record),
      lastSeq: store.lastSeq(record.key),
      stopping: run?.ending === true,
    };
  }

  key(jobId: string): number | undefined {
    return this.#record(jobId)?.key;
  }

  jobs(before: number | undefined, limit: PageLimit): readonly PlacedJob[] {
    const { host } = this;
    host.refuseClosed('jobs()');
    return host.store.jobsBefore(before, limit).map((record) => ({ place: record.key, info: infoOf(host, record) }));
  }

  eventsAfter(jobIds: readonly string[], after: number, limit: PageLimit): readonly BatchEvent[] {
    const { store } = this.host;
    // Jobs are read one after the other, and other processes write meanwhile: only what was committed before may be told,
    // or a sequence would be passed over for good.
    const newest = jobIds.length > 1 ? store.newestSeq() : Infinity;
    // Of many jobs a few rows each, or each page would hold one event.
    const share: PageLimit =
      jobIds.length > 1
        ? { rows: Math.max(16, Math.ceil(limit.rows / jobIds.length)), chars: Math.ceil(limit.chars / jobIds.length) }
        : limit;
    let horizon = newest;
    const events: BatchEvent[] = [];
    for (const jobId of jobIds) {
      const record = this.#record(jobId);
      if (record === undefined) continue;
      const page = store.eventsAfter(record.key, after, share);
      const last = page.at(-1)?.seq;
      // Of a page that is not all, nothing is known beyond its last one.
      if (jobIds.length > 1 && last !== undefined && last < store.lastSeq(record.key))
        horizon = Math.min(horizon, last);
      const stands = page.findIndex((event) => this.#isTakenBack(event));
      if (stands >= 0) horizon = Math.min(horizon, (page[stands]?.seq ?? 1) - 1);
      events.push(...page);
    }
    const told = events.filter(({ seq }) => seq <= horizon);
    return jobIds.length > 1 ? told.sort((a, b) => a.seq - b.seq) : told;
  }

  newestSeq(): number {
    this.host.refuseClosed('newestSeq()');
    return this.host.store.newestSeq();
  }

  snapshot(jobId: string, after: number): ProgressEvent | undefined {
    return this.#record(jobId) === undefined ? undefined : snapshotEvent(this.host, jobId, after);
  }

  standing(jobId: string): Standing {
    const { host } = this;
    const record = this.#record(jobId);
    if (record === undefined) return { state: 'gone' };
    if (host.active(jobId)?.finished === false || workerOf(host, jobId) !== null) return { state: 'working' };
    const status = statusOf(host, record);
    if (status === 'completed' || status === 'cancelled') return { state: 'ended' };
    return { state: 'stopped', status, error: stoppedError(record, status) };
  }

  changes(jobIds: readonly string[]): Observable<unknown> {
    const { host } = this;
    const wanted = new Set(jobIds);
    const runs$ = host.started$.pipe(
      filter((jobId) => wanted.has(jobId)),
      startWith(...jobIds),
      map((jobId) => host.active(jobId)),
      mergeMap((run) => (run === undefined ? EMPTY : merge(run.groups$.pipe(catchError(() => EMPTY)), run.ended$))),
    );
    // Other processes say nothing: they are looked after.
    return merge(runs$, interval(pollMs, host.scheduler), host.closed$);
  }

  results(jobId: string, after: number, limit: PageLimit, options: ResultsOptions = {}): readonly PlacedResult[] {
    const { only = 'all', order = 'completion' } = options;
    const { store } = this.host;
    const record = this.#record(jobId);
    if (record === undefined) return [];
    return order === 'input'
      ? store.resultsInOrder(record.key, after, limit, only)
      : store.results(record.key, after, limit, only);
  }

  items(jobId: string, after: number, upTo: number, limit: PageLimit, query: ItemQuery): readonly StoredItem[] {
    const record = this.#record(jobId);
    return record === undefined ? [] : this.host.store.findItems(record.key, after, upTo, limit, query);
  }

  failures(jobId: string, after: number, limit: number): readonly StoredFailure[] {
    const record = this.#record(jobId);
    return record === undefined ? [] : this.host.store.failures(record.key, after, limit);
  }

  #record(jobId: string) {
    this.host.refuseClosed(`job "${jobId}"`);
    return this.host.store.findJob(jobId);
  }

  /** The end of a job that is being taken up again is not told: another one will come. */
  #isTakenBack(event: BatchEvent): boolean {
    return event.type === 'complete' && this.host.active(event.jobId)?.finished === false;
  }
}
