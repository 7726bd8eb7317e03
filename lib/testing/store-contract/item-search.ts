import type { BatchStore, ItemQuery } from '../../store/store.js';
import { failedError } from './observations.js';
import type { StoreCases } from './store-cases.js';
import { failed, group, item, ok, type OpenJob, openJob } from './test-data.js';

export function itemSearchContract({ expect, withStore }: StoreCases): void {
  const filled = (store: BatchStore, { lease, key }: OpenJob): number => {
    const ids = ['one', 'tw%o', 'three', 'four'];
    store.appendItems(lease, ids.map(item)); // prettier-ignore
    store.commit(lease, group([ok(2, 'tw%o'), failed(3, 'three')]));
    return key;
  };

  withStore('gives each with its request and its result, in order, a page at a time', (store, job) => {
    const key = filled(store, job);
    const page = store.findItems(key, 0, 10, 3, {});
    expect(page.map(({ ordinal, itemId, result }) => [ordinal, itemId, result?.ok])).toEqual([
      [1, 'one', undefined],
      [2, 'tw%o', true],
      [3, 'three', false],
    ]);
    expect(page[0]?.request).toBe(item('one').request);
    expect(store.findItems(key, 3, 10, 3, {}).map(({ itemId }) => itemId)).toEqual(['four']);
    expect(store.findItems(key, 0, 1, 3, {}).length).toBe(1);
  });

  withStore('by their text, too: the row that makes it enough is the last', (store, job) => {
    const key = filled(store, job);
    const [one, two] = store.findItems(key, 0, 10, 10, {});
    const chars = (one?.chars ?? 0) + 1;
    expect(one?.chars).toBe('one'.length + item('one').request.length);
    expect(store.findItems(key, 0, 10, { rows: 10, chars }, {})).toEqual([one, two]);
    expect(store.findItems(key, 0, 10, { rows: 1, chars }, {})).toEqual([one]);
    const all = store.eventsAfter(key, 0, 10);
    expect(store.eventsAfter(key, 0, { rows: 10, chars: 1 })).toEqual(all.slice(0, 1));
    expect(store.eventsAfter(key, 0, { rows: 10, chars: 1_000_000 })).toEqual(all);
    expect(store.results(key, 0, { rows: 10, chars: 1 }, 'all').length).toBe(1);
    expect(store.resultsInOrder(key, 0, { rows: 10, chars: 1 }, 'all').length).toBe(1);
    openJob(store, 'another');
    expect(store.jobsBefore(undefined, { rows: 10, chars: 1 }).map(({ jobId }) => jobId)).toEqual(['another']);
  });

  withStore('by state, by id, by text', (store, job) => {
    const key = filled(store, job);
    const ids = (query: ItemQuery): readonly string[] => store.findItems(key, 0, 10, 10, query).map(({ itemId }) => itemId); // prettier-ignore
    expect(ids({ state: 'pending' })).toEqual(['one', 'four']);
    expect(ids({ state: 'failed' })).toEqual(['three']);
    expect(ids({ state: 'ok', itemId: 'three' })).toEqual([]);
    expect(ids({ itemId: 'four' })).toEqual(['four']);
    expect(ids({ text: 'W%O' })).toEqual(['tw%o']);
    expect(ids({ text: 'w_o' })).toEqual([]);
    expect(ids({ text: `' OR 1 --` })).toEqual([]);
  });

  withStore('and for failures, with their reasons', (store, job) => {
    const key = filled(store, job);
    const [failure] = store.failures(key, 0, 10);
    expect(failure?.code).toBe(failedError(store.findItems(key, 2, 3, 1, {})[0]?.result)?.code);
    expect(store.failures(key, failure?.seq ?? 0, 10)).toEqual([]);
    expect(store.newestSeq()).toBe(store.lastSeq(key));
  });
}
