import { progressSnapshot } from '../event-builders.js';
import { recordOf, rises } from './observations.js';
import type { StoreCases } from './store-cases.js';
import { failed, group, ids, ok, openJob, progress, resultOf } from './test-data.js';

export function commitsContract({ expect, withStore }: StoreCases): void {
  withStore('give the events of their drafts, in that order, and keep them', (store, { lease, key }) => {
    store.appendItems(lease, ids('a', 'b', 'c'));
    const { events, control } = store.commit(lease, group([ok(3, 'c'), progress(1), failed(1, 'a')]));
    expect(control).toBe(null);
    expect(events.map(({ type, jobId }) => [type, jobId])).toEqual([
      ['item', 'job'],
      ['progress', 'job'],
      ['item', 'job'],
    ]);
    expect(events[0]).toMatchObject({ itemId: 'c', result: resultOf('c', true) });
    expect(events[2]).toMatchObject({ itemId: 'a', result: resultOf('a', false) });
    expect(rises(events)).toBe(true);
    expect(store.eventsAfter(key, 0, 10)).toEqual(events);
    expect(store.lastSeq(key)).toBe(events[2]?.seq);
  });

  withStore('count results and tokens on the job', (store, { lease }) => {
    store.appendItems(lease, ids('a', 'b', 'c'));
    const usage = { inputTokens: 10, outputTokens: 3 };
    store.commit(lease, group([
      { type: 'item', ordinal: 1, result: { ...resultOf('a', true), usage } },
      { type: 'item', ordinal: 2, result: { ...resultOf('b', false), usage } },
    ])); // prettier-ignore
    store.commit(lease, group([ok(3, 'c')], { lowWater: 3, claimedTo: 3 }));
    expect(recordOf(store)).toMatchObject({
      ok: 2,
      failed: 1,
      inputTokens: 20,
      outputTokens: 6,
      lowWater: 3,
      claimedTo: 3,
    });
  });

  withStore('may be empty', (store, { lease, key }) => {
    expect(store.commit(lease, group([], { lowWater: 5, claimedTo: 7 }))).toEqual({ events: [], control: null });
    expect(recordOf(store)).toMatchObject({ lowWater: 5, claimedTo: 7 });
    expect(store.eventsAfter(key, 0, 10)).toEqual([]);
  });

  withStore('keep the first final result of an item, whatever comes later', (store, { lease, key }) => {
    store.appendItems(lease, ids('a', 'b'));
    const first = store.commit(lease, group([ok(1, 'a'), failed(1, 'a'), failed(2, 'b')]));
    expect(first.events.map((event) => (event.type === 'item' ? [event.itemId, event.result.ok] : []))).toEqual([
      ['a', true],
      ['b', false],
    ]);
    const second = store.commit(lease, group([ok(2, 'b'), { type: 'attempt', ordinal: 1, failures: 3 }]));
    expect(second.events).toEqual([]);
    expect(recordOf(store)).toMatchObject({ ok: 1, failed: 1 });
    expect(store.results(key, 0, 10, 'all').map(({ result }) => result.ok)).toEqual([true, false]);
    expect(store.claim(lease, 0, 10)).toEqual([]);
  });

  withStore('keep the newest progress of a job only', (store, { lease, key }) => {
    const other = openJob(store, 'other');
    store.commit(other.lease, group([progress(7)]));
    const seqs = [1, 2, 3].map((done) => store.commit(lease, group([progress(done)])).events[0]?.seq);
    expect(store.eventsAfter(key, 0, 10).map(({ seq }) => seq)).toEqual([seqs[2]]);
    expect(store.latestProgress(key)).toEqual(progressSnapshot({ done: 3 }));
    expect(store.latestProgress(other.key)).toEqual(progressSnapshot({ done: 7 }));
  });

  withStore('number their events upwards over all jobs', (store, { lease }) => {
    const other = openJob(store, 'other');
    store.appendItems(lease, ids('a', 'b'));
    store.appendItems(other.lease, ids('a', 'b'));
    const events = [
      ...store.commit(lease, group([ok(1, 'a')])).events,
      ...store.commit(other.lease, group([ok(1, 'a'), progress(1)])).events,
      ...store.commit(lease, group([ok(2, 'b')])).events,
      ...store.commit(other.lease, group([ok(2, 'b')])).events,
    ];
    expect(events.length).toBe(5);
    expect(rises(events)).toBe(true);
  });

  withStore('tell what a batch has answered for good, for now, and not at all', (store, { lease, key }) => {
    store.appendItems(lease, ids('a', 'b', 'c', 'd'));
    const shard = store.shards.open(lease, 'm');
    store.shards.add(lease, shard, [1, 2, 3, 4]);
    const told = (): unknown =>
      store.shards.unsettled(key, shard, 0, 10).map(({ ordinal, answered }) => [ordinal, answered]);
    store.commit(lease, group([ok(1, 'a'), failed(2, 'b'), { type: 'shard', shard, answered: [3] }]));
    expect(told()).toEqual([
      [3, true],
      [4, false],
    ]);
    store.commit(lease, group([ok(3, 'c')]));
    expect(told()).toEqual([[4, false]]);
    expect(store.shards.unsettled(key, shard, 4, 10)).toEqual([]);
  });
}
