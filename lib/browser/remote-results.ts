import { defer, map, mergeMap, retry, skip, tap, type Observable } from 'rxjs';
import type { Result } from '../core/result.js';
import type { ResultsOptions } from '../job/batch-job.js';
import { queryOf } from './query.js';
import { Patience } from './patience.js';
import type { RemoteHost } from './remote-host.js';
import { RequestFailure } from './request-failure.js';
import { textLines } from './text-lines.js';

/** Tries in a row that bring nothing; then the caller is told. */
const mostFailures = 5;

/**
 * A job's results so far, line by line. A connection that breaks is opened again and what was told is passed over, which
 * in the order of completion is always the same; in that of the input it is not while the job goes on, so there it errors.
 */
export function remoteResults(
  { http, backoff }: Pick<RemoteHost, 'http' | 'backoff'>,
  path: string,
  { only, order }: ResultsOptions,
): Observable<Result> {
  return defer(() => {
    let told = 0;
    const patience = new Patience(backoff, http.scheduler);
    const attempt$ = defer(() => {
      const call = { method: 'GET', path: path + queryOf({ only, order }) } as const;
      return http.send(call).pipe(
        mergeMap(({ text$ }) => http.audible(text$)),
        textLines(),
        skip(told),
      );
    });
    return attempt$.pipe(
      tap(() => {
        told++;
        patience.restore();
      }),
      retry({
        count: mostFailures,
        resetOnSuccess: true,
        delay: (error: unknown) => {
          if (order === 'input' || !(error instanceof RequestFailure && error.passing)) throw error;
          return patience.wait(error.waitMs);
        },
      }),
      map((line) => JSON.parse(line) as Result),
    );
  });
}
