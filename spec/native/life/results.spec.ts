import { from, map } from 'rxjs';
import type { NativeOutcome } from '../../../lib/provider/native.js';
import { scriptedNative } from '../../../lib/testing/scripted-native.js';
import { sqliteStore } from '../../../lib/store/sqlite/sqlite-store.js';
import { items, startNative, virtually, watch, type Told } from '../support/run-native.js';
import { hour, retryable, final, run, ok, everyOnce, slowly } from '../support/native-life.js';

describe('results', () => {
  it('are joined by key, whatever their order', () => {
    const { told } = run({ plan: () => ({ pageSize: 100 }) });
    for (const [itemId, result] of told.results)
      expect(result).toMatchObject({ ok: true, output: `re: ${itemId}`, attempts: 1 });
  });

  it('of unknown, duplicate and unreadable lines are counted and change nothing', () => {
    const { told, notes } = run(
      {
        plan: () => ({
          more: [
            { key: 'i1', kind: 'ok', output: 'first' },
            { key: 'i99', kind: 'ok', output: 'foreign' },
            { key: 'somebody', kind: 'ok', output: 'foreign' },
            { key: null, kind: 'unreadable', text: '{' },
          ],
        }),
      },
      { count: 4 },
    );
    everyOnce(told, 4);
    expect(told.results.get('item-1')).toMatchObject({ output: 'first' });
    expect(notes).toEqual({ unknownLines: 2, duplicateLines: 1, unreadableLines: 1 });
  });

  it.each([
    ['of half a megabyte, are a transaction each, however few they are', 500_000, [2, 2, 2, 2]],
    ['of a quarter of that, share one', 120_000, [8]],
  ])('in pages, %s', (_what, pageBytes, transactions) => {
    const provider = scriptedNative({ plan: () => ({ pageSize: 2 }) });
    const { native } = provider;
    const results = native.results.bind(native);
    jest
      .spyOn(native, 'results')
      .mockImplementation((...asked) =>
        from(results(...asked)).pipe(map((page) => ({ ...page, offset: (page.offset / 2) * pageBytes }))),
      );
    const store = sqliteStore({ path: ':memory:' });
    const commit = jest.spyOn(store, 'commit');
    virtually((scheduler) => {
      startNative({ provider, store, items: items(8), concurrency: 200 }, scheduler);
    });
    const written = commit.mock.calls.map(([, { drafts }]) => drafts.filter(({ type }) => type === 'item').length);
    expect(written.filter((count) => count > 0)).toEqual(transactions);
  });

  it("of another shard's items are foreign", () => {
    const more = [{ key: 'i5', kind: 'ok', output: 'not yours' }] as const;
    const { told, notes } = run({ plan: ({ n }) => (n === 1 ? { more } : { runMs: 60_000 }) }, { count: 8 });
    expect(told.results.get('item-5')).toMatchObject({ output: 're: item-5' });
    expect(notes).toEqual({ unknownLines: 1 });
  });

  it('that are left out are asked for again, then missing', () => {
    const answer = ({ itemId }: { itemId: string }): NativeOutcome | null =>
      itemId === 'item-2' ? null : { kind: 'ok', output: 1 };
    const { told, notes, batches } = run({ plan: () => ({ answer }) }, { count: 4, maxAttempts: 3 });
    everyOnce(told, 4);
    expect(told.results.get('item-2')).toMatchObject({ ok: false, error: { code: 'missing' }, attempts: 3 });
    expect(batches.map(({ lines }) => lines.length)).toEqual([4, 1, 1]);
    expect(notes).toEqual({ missingLines: 3 });
  });

  it('that failed for a while are asked for again within the attempts, others are final', () => {
    const answer = ({ itemId, time }: { itemId: string; time: number }): NativeOutcome => {
      if (itemId === 'item-1') return { kind: 'error', error: final };
      if (itemId === 'item-2' && time < 3) return { kind: 'error', error: retryable };
      if (itemId === 'item-3') return { kind: 'error', error: retryable };
      return { kind: 'ok', output: time };
    };
    const { told, batches } = run({ plan: () => ({ answer }) }, { count: 4, maxAttempts: 3 });
    expect(told.results.get('item-1')).toMatchObject({ error: final, attempts: 1 });
    expect(told.results.get('item-2')).toMatchObject({ ok: true, output: 3, attempts: 3 });
    expect(told.results.get('item-3')).toMatchObject({ error: retryable, attempts: 3 });
    expect(batches.map(({ lines }) => lines.length)).toEqual([4, 2, 2]);
  });

  it('that come after a failure of the same line are taken: they were paid for', () => {
    const { told, batches } = run(
      { plan: () => ({ more: [{ key: 'i1', kind: 'error', error: retryable }] }) },
      { count: 4 },
    );
    expect(told.results.get('item-1')).toMatchObject({ ok: true });
    expect(batches).toHaveLength(1);
  });

  it('that come after a failure are taken by the process that takes over, too, and none a second time', () => {
    const failures = [1, 2, 3, 4, 5, 6].map((n) => ({ key: `i${n}`, kind: 'error' as const, error: retryable }));
    const provider = scriptedNative({ plan: () => ({ more: failures }) });
    slowly(provider.native);
    const store = sqliteStore({ path: ':memory:' });
    const stored: number[] = [];
    let told!: Told;
    virtually((scheduler) => {
      const { client } = startNative({ provider, store, items: items(6) }, scheduler);
      // Behind the failures, then behind half of the answers.
      for (const at of [12_500, 15_000]) {
        scheduler.schedule(() => void client.job('job').pause(), at);
        scheduler.schedule(() => {
          stored.push(store.findJob('job')!.ok);
          told = watch(client.resume('job'), scheduler);
        }, at + 1_000);
      }
    });
    expect(stored).toEqual([0, 3]);
    everyOnce(told, 6);
    expect(ok(told)).toBe(6);
    expect(provider.batchLog.batches).toHaveLength(1);
    expect(store.findJob('job')!.notes).toEqual({});
  });

  it('survive cuts: the download goes on behind the last of them', () => {
    const { told, notes, log } = run({ plan: () => ({ cuts: 3 }) }, { count: 20, nativeCaps: { maxRequests: 20 } });
    everyOnce(told, 20);
    expect(log.calls.results).toBe(4);
    expect(notes).toEqual({});
  });

  it('refused for long are no reason to pay again', () => {
    const { told, batches, notes } = run(
      { fail: (call, n) => (call === 'results' && n < 30 ? { kind: 'fail', error: final } : undefined) },
      { count: 4 },
    );
    expect(ok(told)).toBe(4);
    expect(told.endedAt).toBeGreaterThan(600_000);
    expect(batches).toHaveLength(1);
    expect(notes).toEqual({});
    expect(told.progress.map(({ shards }) => shards?.[0]?.status)).toContain('refused');
  });

  it('that are gone for good are asked for again, and it is said', () => {
    const { told, batches, notes } = run(
      { fail: (call, n) => (call === 'results' && n <= 3 ? { kind: 'gone', message: '404' } : undefined) },
      { count: 4 },
    );
    expect(ok(told)).toBe(4);
    expect(batches).toHaveLength(2);
    expect(notes).toEqual({ lostOutputs: 1, missingLines: 4 });
  });

  it('are waited for when the batch is complete before it names them', () => {
    const { told, notes, batches } = run({ plan: () => ({ lateOutputMs: 300_000 }) }, { count: 4 });
    everyOnce(told, 4);
    expect(ok(told)).toBe(4);
    expect(batches).toHaveLength(1);
    expect(notes).toEqual({});
  });

  it('that never appear are missing after a while, and asked for again', () => {
    const { told, batches } = run({ plan: ({ n }) => (n === 1 ? { lateOutputMs: 99 * hour } : {}) }, { count: 4 });
    expect(ok(told)).toBe(4);
    expect(batches).toHaveLength(2);
    expect(told.endedAt).toBeLessThan(hour);
  });

  it('without keys are joined by position where the counts agree, and it is said', () => {
    const unkeyed = [0, 1, 2, 3].map((position) => ({
      ...{ key: null, kind: 'unkeyed' as const, position, text: '' },
      outcome: { kind: 'ok' as const, output: position },
    }));
    const { told, notes } = run({ plan: () => ({ more: unkeyed, answer: () => null }) }, { count: 4 });
    expect([...told.results.values()].map((result) => result.ok && result.output)).toEqual([0, 1, 2, 3]);
    expect(notes).toEqual({ matchedByPosition: 4 });
  });

  it("without keys are nobody's where the counts differ", () => {
    const unkeyed = [0, 1, 2].map((position) => ({
      ...{ key: null, kind: 'unkeyed' as const, position, text: '' },
      outcome: { kind: 'ok' as const, output: position },
    }));
    const { told, notes } = run(
      { plan: ({ n }) => (n === 1 ? { more: unkeyed, answer: () => null } : {}) },
      { count: 4, lateOutputMs: 1_000 },
    );
    expect([...told.results.values()].map((result) => result.ok && result.output)).toEqual(
      items(4).map(({ itemId }) => `re: ${itemId!}`),
    );
    expect(notes).toEqual({ unkeyedLines: 3, missingLines: 4 });
  });
});
