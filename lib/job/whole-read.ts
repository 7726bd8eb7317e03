import { BatchError } from '../core/errors.js';
import type { BatchStore, JobRecord, ResultFilter } from '../store/store.js';

type Named = Pick<JobRecord, 'key' | 'jobId'>;

/**
 * Begins a reading of all of a job's results. A damaged index may hide some without a word: whoever has come to the end says how
 * many there were, and `store_corrupt` is thrown where the job's row has more. Only where nothing was written meanwhile, by
 * whichever process.
 */
export function beginWholeRead(store: BatchStore, job: Named, only: ResultFilter = 'all'): (read: number) => void {
  const before = standingOf(store, job);
  return (read) => {
    refuseDeleted(store, job);
    const now = standingOf(store, job);
    if (now === undefined || now.lastSeq !== before?.lastSeq || now.ok !== before.ok || now.failed !== before.failed)
      return;
    const { ok, failed } = now;
    const expected = { all: ok + failed, ok, failed }[only];
    if (read < expected)
      throw store.damage(`${String(read)} results can be found, and the job has ${String(expected)}`);
  };
}

/** Throws where a job went while it was read: what is left of its results is not all of them. */
export function refuseDeleted(store: BatchStore, { key, jobId }: Named): void {
  if (store.findJob(jobId)?.key !== key)
    throw new BatchError('job_not_found', `Job "${jobId}" was deleted while it was read`, { jobId });
}

/** How a job's results stand; undefined where it was deleted, and perhaps made anew. */
function standingOf(store: BatchStore, { key, jobId }: Named) {
  const record = store.findJob(jobId);
  if (record?.key !== key) return undefined;
  return { ok: record.ok, failed: record.failed, lastSeq: store.lastSeq(key) };
}
