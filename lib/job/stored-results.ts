import { defer, map, type Observable, type SchedulerLike } from 'rxjs';
import type { Result } from '../core/result.js';
import { inSlices } from '../operators/in-slices.js';
import type { BatchStore, JobRecord } from '../store/store.js';
import type { ResultsOptions } from './batch-job.js';
import { beginWholeRead } from './whole-read.js';

const pageSize = 256;

/** A job's results so far, page by page; each subscription begins anew. */
export function storedResults(
  store: BatchStore,
  job: Pick<JobRecord, 'key' | 'jobId'>,
  options: ResultsOptions,
  scheduler: SchedulerLike,
): Observable<Result> {
  const { only = 'all', order = 'completion' } = options;
  return defer(() => {
    let after = 0;
    let read = 0;
    const endWholeRead = beginWholeRead(store, job, only);
    return inSlices(
      () => {
        const page =
          order === 'input'
            ? store.resultsInOrder(job.key, after, pageSize, only)
            : store.results(job.key, after, pageSize, only);
        const last = page.at(-1);
        read += page.length;
        if (last === undefined) endWholeRead(read);
        else after = order === 'input' ? last.ordinal : last.seq;
        return page;
      },
      { scheduler },
    );
  }).pipe(map(({ result }) => result));
}
