import { isBatchError, type ItemsOptions, type RemoteBatchJob, type WireItemPage } from 'openapi-batch/browser';
import { catchError, EMPTY, expand, from, map, of, scan, takeWhile, type Observable } from 'rxjs';

/** What a table shows, and whether more of it is on its way. */
export interface PageShown {
  readonly page: WireItemPage | null;
  readonly busy: boolean;
  readonly problem?: string;
  /** Nothing came of it because the server could not be reached: another try may help. */
  readonly unreached?: boolean;
}

/** A page, filled up: a search through many items answers now and then with less than was asked for. */
export function pages$(job: RemoteBatchJob, options: ItemsOptions & { readonly limit: number }): Observable<PageShown> {
  const ask = (more: ItemsOptions): Observable<WireItemPage> => from(job.items({ ...options, ...more }));
  let found = 0;
  return ask({}).pipe(
    expand(({ items, next }) => {
      found += items.length;
      return next === null || found >= options.limit ? EMPTY : ask({ after: next, limit: options.limit - found });
    }),
    scan((page, more) => ({ items: [...page.items, ...more.items], next: more.next })),
    map((page): PageShown => ({ page, busy: page.next !== null && page.items.length < options.limit })),
    takeWhile(({ busy }) => busy, true),
    catchError((error: unknown) => {
      const unreached = isBatchError(error) && error.code === 'unreachable';
      const problem = error instanceof Error ? error.message : String(error);
      return of(unreached ? { page: null, busy: true, unreached } : { page: null, busy: false, problem });
    }),
  );
}
