import type { StoreCases } from './store-cases.js';
import { group, hostileIds, ids, ok, openJob, resultOf } from './test-data.js';

export function hostileIdsContract({ expect, withStore }: StoreCases): void {
  for (const [title, id] of hostileIds) {
    withStore(`${title}: as a job's and as an item's`, (store) => {
      const { lease, key } = openJob(store, id === '' ? 'x' : id);
      store.appendItems(lease, ids('before', id, 'after'));
      expect(store.findItem(key, id, 3)).toMatchObject({ ordinal: 2, itemId: id });
      const index = store.indexItems(key, 3);
      while (!index.build());
      expect(index.find(id)).toMatchObject({ ordinal: 2, itemId: id });
      index.drop();
      expect(store.claim(lease, 1, 1)[0]?.itemId).toBe(id);
      const { events } = store.commit(lease, group([ok(2, id)]));
      expect(events[0]).toMatchObject({ itemId: id, jobId: id === '' ? 'x' : id });
      expect(store.eventsAfter(key, 0, 1)).toEqual(events);
      expect(store.resultsInOrder(key, 0, 1, 'all')[0]?.result).toEqual(resultOf(id, true));
      expect(store.listJobs()[0]?.jobId).toBe(id === '' ? 'x' : id);
    });
  }

  withStore('are told apart from their neighbours', (store, { lease, key }) => {
    const all = ['a', 'A', ' a', 'a ', 'a\u0000', 'a\u0000b', '\u00e9', 'e\u0301', '1', '01', '1.0', 'null', '%', '_'];
    store.appendItems(lease, ids(...all));
    const found = all.map((id) => store.findItem(key, id, all.length)?.ordinal);
    expect(found).toEqual(all.map((_, n) => n + 1));
  });
}
