import { isBatchError } from '../core/errors.js';
import type { BatchEvent } from '../core/events.js';
import type { ItemError, Result } from '../core/result.js';
import type { BatchStore, CommitGroup, Draft, ItemQuery, JobRecord, Lease, NewItem, NewJob } from '../store/store.js';
import { progressSnapshot } from './event-builders.js';

/** The parts of a test framework that are used; those of Jest, Vitest and node:test with `expect` fit. */
export interface StoreContractFramework {
  readonly describe: (name: string, body: () => void) => void;
  readonly it: (name: string, body: () => void) => void;
  readonly expect: (value: unknown) => {
    toBe(expected: unknown): void;
    toEqual(expected: unknown): void;
    toMatchObject(expected: object): void;
    toBeGreaterThan(expected: number): void;
  };
}

/**
 * Opens a store: a new and empty one, or, given the `location` of a store opened before, the same one again. A store
 * whose location is `:memory:` is never asked for again.
 */
export type OpenStore = (location?: string) => BatchStore;

/**
 * The promises of {@link BatchStore}, as tests: run them on a store of your own.
 *
 * ```ts
 * describeStore('my store', (location) => myStore(location ?? freshLocation()), { describe, it, expect });
 * ```
 */
export function describeStore(name: string, open: OpenStore, { describe, it, expect }: StoreContractFramework): void {
  /** A test with a new store, closed after it whatever happens. */
  const withStore = (title: string, body: (store: BatchStore, job: OpenJob) => void): void => {
    it(title, () => {
      const store = open();
      try {
        body(store, openJob(store));
      } finally {
        store.close();
      }
    });
  };
  /** A test that needs the same store twice; means nothing to a store that lives in memory. */
  const withLocation = (title: string, body: (first: BatchStore, again: () => BatchStore) => void): void => {
    it(title, () => {
      const opened = [open()];
      const again = (): BatchStore => {
        const store = open(opened[0]?.location);
        opened.push(store);
        return store;
      };
      try {
        if (opened[0] !== undefined && opened[0].location !== ':memory:') body(opened[0], again);
      } finally {
        for (const store of opened) store.close();
      }
    });
  };
  const recordOf = (store: BatchStore, jobId = 'job'): JobRecord | undefined => store.findJob(jobId);

  describe(name, () => {
    describe('jobs', () => {
      withStore('begin empty and pending, with everything they were given', (store) => {
        const given: NewJob = {
          ...newJob('full'),
          params: { temperature: 0, nested: { list: [1, 'two', null] } },
          tags: ['a', 'b'],
          metadata: { any: ['json'] },
          settings: { concurrency: 3 },
        };
        const made = store.createJob(given);
        expect(made).toMatchObject({
          ...given,
          status: 'pending',
          reason: null,
          total: 0,
          inputComplete: false,
          ok: 0,
          failed: 0,
          inputTokens: 0,
          outputTokens: 0,
          lowWater: 0,
          claimedTo: 0,
          notes: {},
        });
        expect(store.findJob('full')).toEqual(made);
        expect(store.eventsAfter(made.key, 0, 10)).toEqual([]);
        expect(store.owner('full')).toBe(null);
      });

      withStore('are created once: the second call gives what the first one made', (store) => {
        const first = store.createJob(newJob('twice'));
        const second = store.createJob({ ...newJob('twice'), provider: 'another' });
        expect(second).toEqual(first);
        expect(store.listJobs().filter(({ jobId }) => jobId === 'twice').length).toBe(1);
      });

      withStore('are not found where there is none', (store) => {
        expect(store.findJob('nobody')).toBe(undefined);
        expect(codeOf(() => store.acquire('nobody'))).toBe('job_not_found');
      });

      withStore('are listed newest first', (store) => {
        for (const jobId of ['one', 'two', 'three']) store.createJob(newJob(jobId));
        expect(store.listJobs().map(({ jobId }) => jobId)).toEqual(['three', 'two', 'one', 'job']);
      });

      withStore('are listed a page at a time, whatever comes and goes between two pages', (store) => {
        for (const jobId of ['one', 'two', 'three', 'four']) store.createJob(newJob(jobId));
        const first = store.jobsBefore(undefined, 2);
        expect(first.map(({ jobId }) => jobId)).toEqual(['four', 'three']);
        store.createJob(newJob('five'));
        store.deleteJob('two');
        store.deleteJob('three');
        const second = store.jobsBefore(first[1]?.key, 2);
        expect(second.map(({ jobId }) => jobId)).toEqual(['one', 'job']);
        expect(second[0]).toEqual(store.findJob('one'));
        expect(store.jobsBefore(second[1]?.key, 2)).toEqual([]);
      });

      withStore('take a patch and leave the rest', (store, { lease }) => {
        const before = recordOf(store);
        const patch = {
          status: 'running',
          reason: { code: 'stalled', message: 'why' },
          inputComplete: true,
          settings: { concurrency: 9 },
          notes: { unknownLines: 2 },
          tags: ['x'],
          metadata: null,
        } as const;
        store.updateJob(lease, patch);
        expect(recordOf(store)).toEqual({ ...before, ...patch, updatedAt: recordOf(store)?.updatedAt });
        store.updateJob(lease, { reason: null });
        expect(recordOf(store)?.reason).toBe(null);
        expect(recordOf(store)?.status).toBe('running');
      });
    });

    describe('leases', () => {
      withStore('are one at a time', (store, { lease }) => {
        expect(codeOf(() => store.acquire('job'))).toBe('job_busy');
        expect(store.owner('job')).toMatchObject({ alive: true, self: true, pid: process.pid });
        store.release(lease);
        expect(store.owner('job')).toBe(null);
        expect(store.acquire('job').epoch).toBeGreaterThan(lease.epoch);
      });

      withStore('may be given back twice, or late', (store, { lease }) => {
        store.release(lease);
        const next = store.acquire('job');
        store.release(lease);
        expect(store.owner('job')).toMatchObject({ self: true });
        store.appendItems(next, [item('a')]);
      });

      const writes: readonly (readonly [string, (store: BatchStore, lease: Lease) => unknown])[] = [
        ['updateJob', (store, lease) => store.updateJob(lease, { status: 'failed' })],
        ['appendItems', (store, lease) => store.appendItems(lease, [item('new')])],
        ['truncateItems', (store, lease) => store.truncateItems(lease, 0)],
        [
          'commit',
          (store, lease) =>
            store.commit(lease, group([ok(2, 'b'), { type: 'attempt', ordinal: 3, failures: 4 }, progress(9)])),
        ],
        [
          'finish',
          (store, lease) => store.finish(lease, { status: 'completed', progress: progressSnapshot(), lowWater: 3 }),
        ],
        ['reopen', (store, lease) => store.reopen(lease, { retryFailed: true })],
        ['readControl', (store, lease) => store.readControl(lease)],
      ];
      for (const [verb, write] of writes) {
        withStore(`refuse ${verb} once they are lost, and nothing of it is written`, (store, { lease, key }) => {
          store.appendItems(lease, [item('a'), item('b'), item('c')]);
          store.commit(lease, group([failed(1, 'a'), progress(1)]));
          store.release(lease);
          const next = store.acquire('job');
          const before = photograph(store, key, next);
          expect(codeOf(() => write(store, lease))).toBe('lease_lost');
          expect(photograph(store, key, next)).toEqual(before);
        });
      }

      withLocation('are told apart between two openings, and freed by closing', (first, again) => {
        first.createJob(newJob('job'));
        const lease = first.acquire('job');
        const second = again();
        expect(codeOf(() => second.acquire('job'))).toBe('job_busy');
        expect(second.owner('job')).toMatchObject({ pid: process.pid, alive: true, self: false });
        first.heartbeat();
        first.close();
        expect(second.owner('job')).toBe(null);
        expect(second.acquire('job').epoch).toBeGreaterThan(lease.epoch);
      });
    });

    describe('control requests', () => {
      withStore('reach the owner, the newest first, and end with the lease', (store, { lease }) => {
        expect(store.readControl(lease)).toBe(null);
        store.requestControl('job', 'pause');
        expect(store.readControl(lease)).toBe('pause');
        expect(store.commit(lease, group([])).control).toBe('pause');
        store.requestControl('job', 'cancel');
        expect(store.commit(lease, group([])).control).toBe('cancel');
        store.release(lease);
        expect(store.readControl(store.acquire('job'))).toBe(null);
      });

      withLocation('come from another opening', (first, again) => {
        first.createJob(newJob('job'));
        const lease = first.acquire('job');
        again().requestControl('job', 'cancel');
        expect(first.readControl(lease)).toBe('cancel');
      });
    });

    describe('items', () => {
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
    });

    describe('commits', () => {
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
    });

    describe('sequences', () => {
      withStore(
        'are not used again after a replaced progress, a refused result, a reopening or a deletion',
        (store, { lease, key }) => {
          store.appendItems(lease, ids('a', 'b'));
          const seqs: number[] = [];
          const note = (events: readonly BatchEvent[]): void => void seqs.push(...events.map(({ seq }) => seq));
          note(store.commit(lease, group([progress(1)])).events);
          note(store.commit(lease, group([progress(2)])).events);
          note(store.commit(lease, group([failed(1, 'a')])).events);
          note(store.commit(lease, group([ok(1, 'a')])).events);
          note(store.finish(lease, { status: 'completed', progress: progressSnapshot(), lowWater: 2 }));
          store.reopen(lease, { retryFailed: true });
          note(store.commit(lease, group([ok(1, 'a')])).events);
          store.release(lease);
          store.deleteJob('job');
          sweepAll(store);
          const next = openJob(store, 'job');
          expect(next.key === key).toBe(false);
          note(store.commit(next.lease, group([progress(1)])).events);
          expect(seqs.length).toBe(7);
          expect(seqs.every((seq, n) => n === 0 || seq > (seqs[n - 1] ?? 0))).toBe(true);
        },
      );

      withLocation('go on after closing and opening again', (first, again) => {
        const { lease } = openJob(first);
        const [last] = first.commit(lease, group([progress(1)])).events;
        first.finish(lease, { status: 'completed', progress: progressSnapshot(), lowWater: 0 });
        first.release(lease);
        first.deleteJob('job');
        sweepAll(first);
        first.close();
        const second = again();
        const [next] = second.commit(openJob(second).lease, group([progress(1)])).events;
        expect(next?.seq).toBeGreaterThan((last?.seq ?? 0) + 2);
      });
    });

    describe('ends', () => {
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
        store.commit(
          lease,
          group([{ type: 'attempt', ordinal: 2, failures: 4 }, ok(1, 'a'), failed(2, 'b'), ok(3, 'c')]),
        );
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
    });

    describe('reading', () => {
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
        expect(store.results(key, 0, 10, 'all').map(({ result }) => result)).toEqual(
          JSON.parse(JSON.stringify(results)),
        );
      });

      withStore('of a job without events gives nothing', (store, { key }) => {
        expect([store.lastSeq(key), store.latestProgress(key), store.completion(key)]).toEqual([
          0,
          undefined,
          undefined,
        ]);
        expect(store.results(key, 0, 10, 'all')).toEqual([]);
        expect(store.resultsInOrder(key, 0, 10, 'all')).toEqual([]);
      });
    });

    describe('looking for items', () => {
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
    });

    describe('cursors', () => {
      withStore('belong to a job and a name', (store, { key }) => {
        const other = openJob(store, 'other');
        expect(store.cursor(key, 'mine')).toBe(0);
        store.saveCursor(key, 'mine', 7);
        store.saveCursor(key, `'; DROP TABLE cursors; --`, 8);
        store.saveCursor(key, 'mine', 9);
        expect([
          store.cursor(key, 'mine'),
          store.cursor(key, `'; DROP TABLE cursors; --`),
          store.cursor(key, 'yours'),
        ]).toEqual([9, 8, 0]);
        expect(store.cursor(other.key, 'mine')).toBe(0);
      });
    });

    describe('deletion', () => {
      withStore('hides a job at once, removes it in slices and leaves the others', (store, { lease, key }) => {
        const other = openJob(store, 'other');
        store.appendItems(lease, ids('a', 'b'));
        store.appendItems(other.lease, ids('a', 'b'));
        store.commit(lease, group([ok(1, 'a'), progress(1)]));
        store.commit(other.lease, group([ok(1, 'a'), progress(1)]));
        store.saveCursor(key, 'mine', 3);
        const kept = photograph(store, other.key, other.lease);
        store.release(lease);
        store.deleteJob('job');
        expect(store.findJob('job')).toBe(undefined);
        expect(store.listJobs().map(({ jobId }) => jobId)).toEqual(['other']);
        expect(codeOf(() => store.commit(lease, group([ok(2, 'b')])))).toBe('lease_lost');
        expect(codeOf(() => store.deleteJob('job'))).toBe('job_not_found');
        sweepAll(store);
        expect(store.itemsAfter(key, 0, 10)).toEqual([]);
        expect(store.results(key, 0, 10, 'all')).toEqual([]);
        expect(store.cursor(key, 'mine')).toBe(0);
        expect(photograph(store, other.key, other.lease)).toEqual(kept);
      });

      withStore('is refused while somebody works on the job', (store) => {
        expect(codeOf(() => store.deleteJob('job'))).toBe('job_busy');
        expect(recordOf(store)?.jobId).toBe('job');
      });

      withStore('frees the id for a new job, which begins empty', (store, { lease, key }) => {
        store.appendItems(lease, ids('a'));
        store.release(lease);
        store.deleteJob('job');
        const next = openJob(store, 'job');
        expect(next.key === key).toBe(false);
        expect(store.claim(next.lease, 0, 10)).toEqual([]);
        store.appendItems(next.lease, ids('b'));
        sweepAll(store);
        expect(store.claim(next.lease, 0, 10).map(({ itemId }) => itemId)).toEqual(['b']);
      });
    });

    describe('hostile ids', () => {
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
        const all = [
          'a',
          'A',
          ' a',
          'a ',
          'a\u0000',
          'a\u0000b',
          '\u00e9',
          'e\u0301',
          '1',
          '01',
          '1.0',
          'null',
          '%',
          '_',
        ];
        store.appendItems(lease, ids(...all));
        const found = all.map((id) => store.findItem(key, id, all.length)?.ordinal);
        expect(found).toEqual(all.map((_, n) => n + 1));
      });
    });

    describe('closing', () => {
      withStore('twice is as good as once', (store) => {
        store.close();
        store.close();
      });

      withLocation('keeps everything for the next opening', (first, again) => {
        const { lease, key } = openJob(first);
        first.appendItems(lease, ids('a', 'b', 'c'));
        first.commit(
          lease,
          group([ok(1, 'a'), { type: 'attempt', ordinal: 2, failures: 2 }, progress(1)], { lowWater: 1, claimedTo: 2 }),
        );
        first.saveCursor(key, 'mine', 1);
        first.release(lease);
        const before = photograph(first, key, lease);
        first.checkpoint();
        first.close();
        const second = again();
        expect(photograph(second, key, second.acquire('job'))).toEqual(before);
        expect(second.cursor(key, 'mine')).toBe(1);
      });
    });
  });
}

const hostileIds: readonly (readonly [string, string])[] = [
  ['__proto__', '__proto__'],
  ['constructor', 'constructor'],
  ['empty', ''],
  ['blank', ' \t'],
  ['newlines', 'a\r\nb\u2028c'],
  ['NUL', 'a\u0000b'],
  ['any script', 'задача-项目-مهمة-🧪-é'],
  ['SQL', `'); DROP TABLE items; --`],
  ['quotes and backslashes', `"'\`\\`],
  ['10 kB', 'x'.repeat(10_240)],
];

interface OpenJob {
  readonly key: number;
  readonly lease: Lease;
}

function openJob(store: BatchStore, jobId = 'job'): OpenJob {
  const { key } = store.createJob(newJob(jobId));
  return { key, lease: store.acquire(jobId) };
}

function newJob(jobId: string): NewJob {
  return {
    jobId,
    provider: 'local_echo',
    endpoint: 'default',
    model: null,
    params: {},
    mode: 'auto',
    runMode: 'emulated',
    modeReason: 'because',
    tags: [],
    metadata: null,
    settings: {},
  };
}

function item(itemId: string): NewItem {
  const hash = new Uint8Array(16).map((_, n) => (itemId.charCodeAt(n % Math.max(1, itemId.length)) + n) & 0xff);
  return { itemId, hash, request: JSON.stringify({ input: { prompt: `of ${itemId}` } }) };
}

const ids = (...all: readonly string[]): readonly NewItem[] => all.map(item);

function resultOf(itemId: string, good: boolean): Result {
  if (good) return { itemId, ok: true, output: `answer of ${itemId}`, attempts: 1 };
  return {
    itemId,
    ok: false,
    error: { code: 'server_error', message: `failure of ${itemId}`, retryable: true },
    attempts: 2,
  };
}

const ok = (ordinal: number, itemId: string): Draft => ({ type: 'item', ordinal, result: resultOf(itemId, true) });
const failed = (ordinal: number, itemId: string): Draft => ({ type: 'item', ordinal, result: resultOf(itemId, false) });
const progress = (done: number): Draft => ({ type: 'progress', progress: progressSnapshot({ done }) });

function group(drafts: readonly Draft[], { lowWater = 0, claimedTo = 0 }: Partial<CommitGroup> = {}): CommitGroup {
  return { drafts, lowWater, claimedTo };
}

/** Everything a store tells about a job, times aside. */
function photograph(store: BatchStore, key: number, lease: Lease): object {
  const record = { ...store.listJobs().find((job) => job.key === key), updatedAt: 0 };
  return {
    record,
    events: store.eventsAfter(key, 0, 100),
    items: store.itemsAfter(key, 0, 100),
    claims: store.claim(lease, 0, 100),
  };
}

function pages<T>(next: (after: number) => readonly T[], placeOf: (row: T) => number): T[] {
  const all: T[] = [];
  for (;;) {
    const last = all.at(-1);
    const page = next(last === undefined ? 0 : placeOf(last));
    if (page.length === 0) return all;
    all.push(...page);
  }
}

function sweepAll(store: BatchStore): void {
  // A store that never says it is done must not hang the suite.
  for (let slice = 0; slice < 10_000; slice++) if (store.sweep().done) return;
  throw new Error('sweep() was never done');
}

const rises = (events: readonly BatchEvent[]): boolean =>
  events.every(({ seq }, n) => n === 0 || seq > (events[n - 1]?.seq ?? 0));

/** Code of the BatchError a call throws; anything else shows as itself. */
function codeOf(call: () => unknown): unknown {
  try {
    call();
    return 'nothing thrown';
  } catch (error) {
    return isBatchError(error) ? error.code : error;
  }
}

const failedError = (result: Result | null | undefined): ItemError | undefined =>
  result?.ok === false ? result.error : undefined;
