import { concat, defer, ignoreElements, of, tap, type Observable } from 'rxjs';
import { inSlices } from '../operators/in-slices.js';
import { Awaited } from './awaited.js';
import type { Shard } from './shard.js';
import type { ShardContext } from './shard-context.js';

const pageSize = 1_000;

/** What the store awaits of a shard; while its results are read, {@link Awaited} itself is the truth. */
export function loadAwaited(shard: Shard, { store, lease, scheduler }: ShardContext): Observable<Awaited> {
  return defer(() => {
    const { shard: number, firstOrdinal, lastOrdinal } = shard.record;
    const awaited = new Awaited(firstOrdinal, lastOrdinal);
    let after = 0;
    const pages$ = inSlices(
      () => {
        const page = store.shards.unsettled(lease.jobKey, number, after, pageSize);
        after = page.at(-1)?.ordinal ?? after;
        return page.length === 0 ? [] : [page];
      },
      { scheduler },
    );
    return concat(
      pages$.pipe(
        tap((page) => awaited.load(page)),
        ignoreElements(),
      ),
      of(awaited),
    );
  });
}
