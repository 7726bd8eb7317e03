import { isBatchError } from '../../core/errors.js';
import type { BatchEvent } from '../../core/events.js';
import type { ItemError, Result } from '../../core/result.js';
import type { BatchStore, JobRecord, Lease } from '../../store/store.js';

/** Everything a store tells about a job, times aside. */
export function photograph(store: BatchStore, key: number, lease: Lease): object {
  const record = { ...store.listJobs().find((job) => job.key === key), updatedAt: 0 };
  return {
    record,
    events: store.eventsAfter(key, 0, 100),
    items: store.itemsAfter(key, 0, 100),
    claims: store.claim(lease, 0, 100),
  };
}

export function pages<T>(next: (after: number) => readonly T[], placeOf: (row: T) => number): T[] {
  const all: T[] = [];
  for (;;) {
    const last = all.at(-1);
    const page = next(last === undefined ? 0 : placeOf(last));
    if (page.length === 0) return all;
    all.push(...page);
  }
}

export function sweepAll(store: BatchStore): void {
  // A store that never says it is done must not hang the suite.
  for (let slice = 0; slice < 10_000; slice++) if (store.sweep().done) return;
  throw new Error('sweep() was never done');
}

export const rises = (events: readonly BatchEvent[]): boolean =>
  events.every(({ seq }, n) => n === 0 || seq > (events[n - 1]?.seq ?? 0));

/** Code of the BatchError a call throws; anything else shows as itself. */
export function codeOf(call: () => unknown): unknown {
  try {
    call();
    return 'nothing thrown';
  } catch (error) {
    return isBatchError(error) ? error.code : error;
  }
}

export const failedError = (result: Result | null | undefined): ItemError | undefined =>
  result?.ok === false ? result.error : undefined;

export const recordOf = (store: BatchStore, jobId = 'job'): JobRecord | undefined => store.findJob(jobId);
