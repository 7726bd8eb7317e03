import { defer, map, type Observable, type SchedulerLike } from 'rxjs';
import type { Result } from '../core/result.js';
import { inSlices } from '../operators/in-slices.js';
import type { BatchStore } from '../store/store.js';
import type { ResultsOptions } from './batch-job.js';

const pageSize = 256;

/** A job's results so far, page by page; each subscription begins anew. */
export function storedResults(
  store: BatchStore,
  jobKey: number,
  options: ResultsOptions,
  scheduler: SchedulerLike,
): Observable<Result> {
  const { only = 'all', order = 'completion' } = options;
  return defer(() => {
    let after = 0;
    return inSlices(
      () => {
        const page =
          order === 'input'
            ? store.resultsInOrder(jobKey, after, pageSize, only)
            : store.results(jobKey, after, pageSize, only);
        const last = page.at(-1);
        if (last !== undefined) after = order === 'input' ? last.ordinal : last.seq;
        return page;
      },
      { scheduler },
    );
  }).pipe(map(({ result }) => result));
}
