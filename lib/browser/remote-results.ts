import { defer, map, mergeMap, retry, type Observable } from 'rxjs';
import { parseAnswer, shapes, unreadable } from './answer-shape.js';
import type { Result } from '../core/result.js';
import type { WireResult } from '../http/wire.js';
import type { ResultsOptions } from '../job/batch-job.js';
import { queryOf } from './query.js';
import { Patience } from './patience.js';
import type { RemoteHost } from './remote-host.js';
import { RequestFailure } from './request-failure.js';
import { textLines } from './text-lines.js';

/** Tries in a row that bring nothing; then the caller is told. */
const mostFailures = 5;

/** A job's results so far, line by line. A connection that breaks is opened again behind the last line that came. */
export function remoteResults(
  { http, backoff }: Pick<RemoteHost, 'http' | 'backoff'>,
  path: string,
  { only, order }: ResultsOptions,
): Observable<Result> {
  return defer(() => {
    let after: number | undefined;
    const patience = new Patience(backoff, http.scheduler);
    const attempt$ = defer(() => {
      const call = { method: 'GET', path: path + queryOf({ only, order, after }) } as const;
      return http.send(call).pipe(
        mergeMap(({ text$ }) => http.audible(text$)),
        textLines(path),
      );
    });
    return attempt$.pipe(
      map((line) => {
        const { cursor, ...result } = parseAnswer<WireResult>(line, path, shapes.result);
        if (after !== undefined && !(cursor > after))
          throw unreadable(path, `the place ${String(cursor)} after ${String(after)}`);
        after = cursor;
        patience.restore();
        return result;
      }),
      retry({
        count: mostFailures,
        resetOnSuccess: true,
        delay: (error: unknown) => {
          if (!(error instanceof RequestFailure && error.passing)) throw error;
          return patience.wait(error.waitMs);
        },
      }),
    );
  });
}
