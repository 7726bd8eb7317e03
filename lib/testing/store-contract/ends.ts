import { progressSnapshot } from '../event-builders.js';
import { recordOf, rises } from './observations.js';
import type { StoreCases } from './store-cases.js';
import { failed, group, ids, item, ok } from './test-data.js';

export function endsContract({ expect, withStore }: StoreCases): void {
  for (const status of ['completed', 'cancelled'] as const) {
    withStore(`that are ${status} write a last progress and a complete event`, (store, { lease, key }) => {
      const last = progressSnapshot({ status, ok: 2 });
      const events = store.finish(lease, { status, progress: last, lowWater: 2 });
      expect(events.map(({ type }) => type)).toEqual(['progress', 'complete']);
      expect(events[1]).toMatchObject({ status, progress: last, jobId: 'job' });
      expect(rises(events)).toBe(true);
      expect(store.eventsAfter(key, 0, 10)).toEqual(events);
      expect(store.completion(key)).toEqual(events[1]);
      expect(recordOf(store)).toMatchObject({ status, reason: null, lowWater: 2 });
    });
  }

  for (const status of ['paused', 'failed', 'pending'] as const) {
    withStore(
      `that are ${status} write a last progress with the reason, and no complete event`,
      (store, { lease, key }) => {
        const reason = { code: 'stalled', message: 'nothing goes' };
        const events = store.finish(lease, {
          status,
          reason,
          progress: progressSnapshot({ status, reason }),
          lowWater: 1,
        });
        expect(events.map(({ type }) => type)).toEqual(['progress']);
        expect(store.completion(key)).toBe(undefined);
        expect(store.latestProgress(key)).toMatchObject({ status, reason });
        expect(recordOf(store)).toMatchObject({ status, reason, lowWater: 1 });
      },
    );
  }

  withStore('are taken back by reopening; the good results stay', (store, { lease, key }) => {
    store.appendItems(lease, ids('a', 'b', 'c'));
    store.commit(lease, group([ok(1, 'a'), failed(2, 'b'), ok(3, 'c')], { lowWater: 3, claimedTo: 3 }));
    store.finish(lease, { status: 'completed', progress: progressSnapshot(), lowWater: 3 });
    expect(store.reopen(lease, { retryFailed: false })).toEqual({ reopened: 0 });
    expect(store.completion(key)).toBe(undefined);
    expect(recordOf(store)).toMatchObject({ status: 'pending', reason: null, ok: 2, failed: 1, lowWater: 3 });
    expect(store.claim(lease, 0, 10)).toEqual([]);
  });

  withStore('are taken back with the failures, which are to be sent again', (store, { lease, key }) => {
    store.appendItems(lease, ids('a', 'b', 'c'));
    store.commit(lease, group([{ type: 'attempt', ordinal: 2, failures: 4 }, ok(1, 'a'), failed(2, 'b'), ok(3, 'c')]));
    store.finish(lease, { status: 'completed', progress: progressSnapshot(), lowWater: 3 });
    expect(store.reopen(lease, { retryFailed: true })).toEqual({ reopened: 1 });
    expect(recordOf(store)).toMatchObject({ status: 'pending', ok: 2, failed: 0, lowWater: 0 });
    expect(store.claim(lease, 0, 10)).toEqual([
      { ordinal: 2, itemId: 'b', request: item('b').request, starts: 0, failures: 0 },
    ]);
    expect(store.eventsAfter(key, 0, 10).filter(({ type }) => type !== 'progress').length).toBe(2);
    store.commit(lease, group([ok(2, 'b')]));
    expect(recordOf(store)).toMatchObject({ ok: 3, failed: 0 });
    expect(store.reopen(lease, { retryFailed: true })).toEqual({ reopened: 0 });
  });

  withStore('taken back await no answer of a batch that is still read, and are in it', (store, { lease, key }) => {
    store.appendItems(lease, ids('a', 'b', 'c'));
    const shard = store.shards.open(lease, 'm');
    store.shards.add(lease, shard, [1, 2, 3]);
    store.commit(lease, group([ok(1, 'a'), failed(2, 'b'), { type: 'shard', shard, patch: { state: 'ingesting' } }]));
    expect(store.reopen(lease, { retryFailed: true })).toEqual({ reopened: 1 });
    expect(store.shards.unsettled(key, shard, 0, 10)).toEqual([
      { ordinal: 2, answered: true },
      { ordinal: 3, answered: false },
    ]);
    expect(store.shards.ordinals(key, shard, 0, 10)).toEqual([1, 2, 3]);
    expect(store.shards.claimFree(lease, 0, 3, 10).items).toEqual([]);
    store.commit(lease, group([{ type: 'shard', shard, release: 3, patch: { state: 'done' } }]));
    expect(store.shards.claimFree(lease, 0, 3, 10).items.map(({ ordinal }) => ordinal)).toEqual([2, 3]);
  });
}
