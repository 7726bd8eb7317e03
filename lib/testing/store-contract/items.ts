import { pages, recordOf } from './observations.js';
import type { StoreCases } from './store-cases.js';
import { failed, group, ids, item, ok, openJob } from './test-data.js';

export function itemsContract({ expect, withStore }: StoreCases): void {
  withStore('are numbered from 1 in the order of the input', (store, { lease, key }) => {
    expect(store.appendItems(lease, ids('a', 'b'))).toEqual({ total: 2 });
    expect(store.appendItems(lease, ids('c'))).toEqual({ total: 3 });
    expect(store.appendItems(lease, [])).toEqual({ total: 3 });
    expect(recordOf(store)?.total).toBe(3);
    expect(store.itemsAfter(key, 0, 10).map(({ ordinal, itemId }) => [ordinal, itemId])).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]);
  });

  withStore('are paged by ordinal, with their hashes', (store, { lease, key }) => {
    store.appendItems(lease, ids('a', 'b', 'c', 'd', 'e'));
    expect(
      pages(
        (after) => store.itemsAfter(key, after, 2),
        ({ ordinal }) => ordinal,
      ).map(({ itemId }) => itemId),
    ).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(store.itemsAfter(key, 1, 1).map(({ hash }) => [...hash])).toEqual([[...item('b').hash]]);
  });

  withStore('are found by id, up to an ordinal, in their own job only', (store, { lease, key }) => {
    const other = openJob(store, 'other');
    store.appendItems(lease, ids('a', 'b'));
    store.appendItems(other.lease, ids('a', 'z'));
    for (const upTo of [2, 1_000, Number.MAX_SAFE_INTEGER]) {
      expect(store.findItem(key, 'b', upTo)).toMatchObject({ ordinal: 2, itemId: 'b' });
      expect(store.findItem(key, 'z', upTo)).toBe(undefined);
    }
    expect(store.findItem(key, 'b', 1)).toBe(undefined);
    expect(store.findItem(key, 'nobody', 2)).toBe(undefined);
  });

  withStore('are found through an index built in slices', (store, { lease, key }) => {
    const count = 9_000;
    store.appendItems(
      lease,
      Array.from({ length: count }, (_, n) => item(`id-${String(n + 1)}`)),
    );
    const index = store.indexItems(key, count - 1);
    while (!index.build());
    expect(index.build()).toBe(true);
    for (const n of [1, 4_000, 4_001, count - 1]) {
      expect(index.find(`id-${String(n)}`)).toMatchObject({ ordinal: n, itemId: `id-${String(n)}` });
    }
    expect(index.find(`id-${String(count)}`)).toBe(undefined);
    expect(index.find('nobody')).toBe(undefined);
    const second = store.indexItems(key, 1);
    while (!second.build());
    expect(second.find('id-2')).toBe(undefined);
    index.drop();
    index.drop();
    second.drop();
  });

  withStore('above an ordinal can be taken away', (store, { lease, key }) => {
    store.appendItems(lease, ids('a', 'b', 'c'));
    store.truncateItems(lease, 1);
    expect(store.itemsAfter(key, 0, 10).map(({ itemId }) => itemId)).toEqual(['a']);
    expect(store.appendItems(lease, ids('d'))).toEqual({ total: 2 });
    expect(store.claim(lease, 0, 10).map(({ ordinal, itemId }) => [ordinal, itemId])).toEqual([
      [1, 'a'],
      [2, 'd'],
    ]);
  });

  withStore('are claimed in pages: unfinished ones only, with what is on record', (store, { lease }) => {
    store.appendItems(lease, ids('a', 'b', 'c', 'd', 'e', 'f'));
    store.commit(lease, group([ok(2, 'b'), failed(4, 'd'), { type: 'attempt', ordinal: 5, failures: 2 }]));
    const claimed = pages(
      (after) => store.claim(lease, after, 2),
      ({ ordinal }) => ordinal,
    );
    expect(claimed.map(({ itemId }) => itemId)).toEqual(['a', 'c', 'e', 'f']);
    expect(claimed[0]).toEqual({ ordinal: 1, itemId: 'a', request: item('a').request, starts: 0, failures: 0 });
    expect(claimed[2]).toMatchObject({ itemId: 'e', starts: 0, failures: 2 });
  });
}
