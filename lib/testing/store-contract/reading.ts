import type { Result } from '../../core/result.js';
import type { BatchStore, Lease } from '../../store/store.js';
import { pages } from './observations.js';
import type { StoreCases } from './store-cases.js';
import { failed, group, ids, ok, openJob, progress, resultOf } from './test-data.js';

export function readingContract({ expect, withStore }: StoreCases): void {
  const fill = (store: BatchStore, lease: Lease): void => {
    store.appendItems(lease, ids('a', 'b', 'c', 'd', 'e'));
    store.commit(lease, group([ok(4, 'd'), failed(2, 'b'), progress(2)]));
    store.commit(lease, group([ok(1, 'a'), failed(5, 'e')]));
  };

  withStore('pages through the events of one job without gap or repeat', (store, { lease, key }) => {
    const other = openJob(store, 'other');
    fill(store, lease);
    fill(store, other.lease);
    const events = pages(
      (after) => store.eventsAfter(key, after, 2),
      ({ seq }) => seq,
    );
    expect(events).toEqual(store.eventsAfter(key, 0, 100));
    expect(events.map((event) => (event.type === 'item' ? event.itemId : event.type))).toEqual([
      'd',
      'b',
      'progress',
      'a',
      'e',
    ]);
    expect(events.every(({ jobId }) => jobId === 'job')).toBe(true);
    expect(store.eventsAfter(key, store.lastSeq(key), 10)).toEqual([]);
  });

  withStore('has an error for what contradicts itself', (store) => {
    expect(store.damage('said so').code).toBe('store_corrupt');
    expect(store.damage('said so').message.includes('said so')).toBe(true);
  });

  withStore('gives results as they came and as the input had them, all or by outcome', (store, { lease, key }) => {
    const other = openJob(store, 'other');
    fill(store, other.lease);
    fill(store, lease);
    const came = (filter: 'all' | 'ok' | 'failed'): string[] =>
      pages(
        (after) => store.results(key, after, 2, filter),
        ({ seq }) => seq,
      ).map(({ result }) => result.itemId);
    const ordered = (filter: 'all' | 'ok' | 'failed'): string[] =>
      pages(
        (after) => store.resultsInOrder(key, after, 2, filter),
        ({ ordinal }) => ordinal,
      ).map(({ result }) => result.itemId);
    expect([came('all'), came('ok'), came('failed')]).toEqual([
      ['d', 'b', 'a', 'e'],
      ['d', 'a'],
      ['b', 'e'],
    ]);
    expect([ordered('all'), ordered('ok'), ordered('failed')]).toEqual([
      ['a', 'b', 'd', 'e'],
      ['a', 'd'],
      ['b', 'e'],
    ]);
    expect(store.results(key, 0, 1, 'failed')).toEqual([
      { seq: store.results(key, 0, 10, 'all')[1]?.seq, ordinal: 2, result: resultOf('b', false) },
    ]);
  });

  withStore('gives every part of a result back', (store, { lease, key }) => {
    store.appendItems(lease, ids('a', 'b'));
    const results: readonly Result[] = [
      {
        itemId: 'a',
        ok: true,
        output: { text: 'é\u0000\u2028\ud83d\ude00', list: [[0.5], null] },
        usage: { inputTokens: 1, outputTokens: 2, cachedInputTokens: 1 },
        attempts: 3,
        raw: { id: 'x', __proto__: null },
        metadata: 'own',
      },
      {
        itemId: 'b',
        ok: false,
        error: { code: 'too_large', message: 'no', status: 413, retryable: false },
        attempts: 1,
        raw: 'body',
        metadata: [1],
      },
    ];
    store.commit(lease, group(results.map((result, n) => ({ type: 'item', ordinal: n + 1, result }))));
    expect(store.results(key, 0, 10, 'all').map(({ result }) => result)).toEqual(JSON.parse(JSON.stringify(results)));
  });

  withStore('of a job without events gives nothing', (store, { key }) => {
    expect([store.lastSeq(key), store.latestProgress(key), store.completion(key)]).toEqual([0, undefined, undefined]);
    expect(store.results(key, 0, 10, 'all')).toEqual([]);
    expect(store.resultsInOrder(key, 0, 10, 'all')).toEqual([]);
  });
}
