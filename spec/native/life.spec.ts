import { from, map, throwError } from 'rxjs';
import { putBack } from '../../lib/native/settle-cause.js';
import type { NativeOutcome } from '../../lib/provider/native.js';
import type { Provider } from '../../lib/provider/provider.js';
import { scriptedNative, type ScriptedNativeOptions } from '../../lib/testing/scripted-native.js';
import { sqliteStore } from '../../lib/store/sqlite/sqlite-store.js';
import { items, startNative, virtually, watch, type NativeRun, type Told } from './support/run-native.js';
import { BatchClient, type ItemError } from '../../lib/index.js';

const hour = 3_600_000;
const retryable: ItemError = { code: 'server_error', message: 'try again', retryable: true };
const final: ItemError = { code: 'content_filtered', message: 'no', retryable: false };

/** One job from its start to its end, and what the store and the provider say afterwards. */
function run(script: ScriptedNativeOptions, options: Partial<NativeRun> & { count?: number } = {}) {
  const { count = 10, ...rest } = options;
  const provider = scriptedNative(script);
  const store = sqliteStore({ path: ':memory:' });
  let told!: Told;
  virtually((scheduler) => {
    const given = { provider, store, items: items(count), nativeCaps: { maxRequests: 4 }, ...rest };
    told = startNative(given, scheduler).told;
  });
  const record = store.findJob('job')!;
  return { told, record, notes: record.notes, log: provider.batchLog, batches: provider.batchLog.batches, store };
}

const ok = (told: Told): number => [...told.results.values()].filter((result) => result.ok).length;
const errors = (told: Told): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const result of told.results.values())
    if (!result.ok) counts[result.error.code] = (counts[result.error.code] ?? 0) + 1;
  return counts;
};
const everyOnce = (told: Told, count: number): void => {
  expect(told.results.size).toBe(count);
  expect([...told.counts.values()].every((times) => times === 1)).toBe(true);
};

describe('a native job', () => {
  it('runs in shards and ends complete', () => {
    const { told, batches, record } = run({});
    expect(told.status).toBe('completed');
    everyOnce(told, 10);
    expect(batches.map(({ lines }) => lines.length)).toEqual([4, 4, 2]);
    expect(record).toMatchObject({ status: 'completed', ok: 10, lowWater: 10, runMode: 'native' });
  });

  it('marks each batch with a run, its shard, its attempt and its content', () => {
    const { batches } = run({});
    expect(new Set(batches.map(({ marker }) => marker.run)).size).toBe(1);
    expect(batches[0]!.marker.run).toMatch(/^[0-9a-f-]{36}$/);
    expect(batches.map(({ marker }) => [marker.shard, marker.attempt])).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
    expect(new Set(batches.map(({ marker }) => marker.content)).size).toBe(3);
  });

  it('lives through a day in milliseconds, polling less and less often', () => {
    const { told, log } = run({ plan: () => ({ runMs: 24 * hour }) }, { count: 4 });
    expect(told.status).toBe('completed');
    expect(told.endedAt).toBeGreaterThan(24 * hour);
    expect(told.endedAt).toBeLessThan(24 * hour + 70_000);
    expect(log.calls.poll).toBeLessThan(1_460);
    expect(log.calls.poll).toBeGreaterThan(1_400);
  });

  it("shows each shard with the provider's counts and words", () => {
    const { told } = run(
      { plan: () => ({ runMs: 60_000, counts: { total: 4, completed: 3, failed: 1 } }) },
      { count: 8 },
    );
    const rows = told.progress.map(({ shards }) => shards ?? []);
    expect(rows.some((row) => row[1]?.status === 'running' && row[1].completed === 3 && row[1].failed === 1)).toBe(
      true,
    );
    expect(told.progress.some(({ inFlight, pending }) => inFlight === 8 && pending === 0)).toBe(true);
    expect(rows.at(-1)!.map(({ status, total }) => [status, total])).toEqual([
      ['completed', 4],
      ['completed', 4],
    ]);
  });

  it('does not believe counts: a batch that says it is done is not, before its status says so', () => {
    const counts = { total: 4, completed: 4, failed: 0 };
    const { told } = run({ plan: () => ({ runMs: 2 * hour, counts }) }, { count: 4 });
    expect(told.endedAt).toBeGreaterThan(2 * hour);
    everyOnce(told, 4);
  });

  it('puts items of one model into one shard', () => {
    const mixed = items(10, (n) => ({ model: n % 2 === 0 ? 'even' : 'odd' }));
    const { told, batches } = run({}, { items: mixed });
    everyOnce(told, 10);
    expect(batches.map(({ lines }) => lines.map(({ itemId }) => itemId)).sort()).toEqual(
      [
        ['item-1', 'item-3', 'item-5', 'item-7'],
        ['item-10'],
        ['item-2', 'item-4', 'item-6', 'item-8'],
        ['item-9'],
      ].sort(),
    );
  });

  it('fails alone what fits into no batch', () => {
    const source = items(6, (n) => (n === 3 ? { input: { prompt: 'x'.repeat(1_000) } } : {}));
    const { told, batches } = run({}, { items: source, nativeCaps: { maxBytes: 500 } });
    everyOnce(told, 6);
    expect(told.results.get('item-3')).toMatchObject({ ok: false, error: { code: 'too_large', retryable: false } });
    expect(batches.flatMap(({ lines }) => lines.map(({ itemId }) => itemId))).not.toContain('item-3');
    expect(ok(told)).toBe(5);
  });

  it('is complete with nothing to do', () => {
    const { told, batches } = run({}, { count: 0 });
    expect(told.status).toBe('completed');
    expect(batches).toHaveLength(0);
  });

  it('deletes files after their results are stored, if asked to', () => {
    expect(run({}).log.cleaned).toEqual([]);
    const { log } = run({}, { count: 4, cleanUp: true });
    expect(log.cleaned).toEqual(['file-1', 'output-of-batch-1']);
  });
});

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

  it('survive cuts: the download goes on behind the last of them', () => {
    const { told, notes, log } = run({ plan: () => ({ cuts: 3 }) }, { count: 20, nativeCaps: { maxRequests: 20 } });
    everyOnce(told, 20);
    expect(log.calls.results).toBe(4);
    expect(notes).toEqual({});
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

describe('a batch that expires', () => {
  it('keeps what it finished; the rest is sent again', () => {
    const answer = ({ position, time }: { position: number; time: number }): NativeOutcome =>
      position < 2 || time > 1
        ? { kind: 'ok', output: time }
        : { kind: 'unprocessed', code: 'expired', message: 'too late' };
    const { told, batches, notes } = run(
      { plan: ({ n }) => ({ answer, end: n === 1 ? 'expired' : 'completed' }) },
      { count: 4 },
    );
    expect(ok(told)).toBe(4);
    expect(batches.map(({ lines }) => lines.length)).toEqual([4, 2]);
    expect(notes).toEqual({ expiredItems: 2 });
  });

  it('without results is sent again, then its items are expired', () => {
    const { told, batches } = run(
      { plan: () => ({ end: 'expired', answer: () => null, runMs: 48 * hour }) },
      { count: 4, maxAttempts: 2 },
    );
    expect(errors(told)).toEqual({ expired: 4 });
    expect(batches).toHaveLength(2);
  });
});

describe('a batch that fails as a whole', () => {
  it("for named lines fails those with the provider's words; the others are sent again", () => {
    const faults = [
      { kind: 'line', code: 'bad', message: 'second line', line: 2 },
      { kind: 'line', code: 'dup', message: 'fourth key', key: 'i4' },
    ] as const;
    const { told, batches } = run({ plan: ({ n }) => (n === 1 ? { end: 'failed', faults } : {}) }, { count: 4 });
    expect(told.results.get('item-2')).toMatchObject({
      error: { code: 'invalid_request', message: 'bad: second line' },
    });
    expect(told.results.get('item-4')).toMatchObject({ error: { message: 'dup: fourth key' } });
    expect(told.results.get('item-1')).toMatchObject({ ok: true, attempts: 1 });
    expect(batches.map(({ lines }) => lines.length)).toEqual([4, 2]);
  });

  it('for no line is tried again within the attempts, then all fail with the words', () => {
    const faults = [{ kind: 'batch', code: 'model_not_found', message: 'no such model' }] as const;
    const { told, batches } = run({ plan: () => ({ end: 'failed', faults }) }, { count: 4, maxAttempts: 2 });
    expect(errors(told)).toEqual({ invalid_request: 4 });
    expect(told.results.get('item-1')).toMatchObject({ error: { message: 'model_not_found: no such model' } });
    expect(batches).toHaveLength(2);
  });

  it('refused at creation for good fails its items at once', () => {
    const error: ItemError = { code: 'invalid_request', message: 'no endpoint', retryable: false };
    const { told, batches } = run({ create: () => ({ kind: 'fail', error }) }, { count: 4 });
    expect(errors(told)).toEqual({ invalid_request: 4 });
    expect(batches).toHaveLength(0);
  });
});

describe("the provider's queue", () => {
  it('is filled in waves and never over the tokens allowed', () => {
    const { told, log, batches } = run(
      { enqueuedTokens: 12, plan: () => ({ runMs: 30_000 }) },
      { count: 40, nativeCaps: { maxRequests: 4, enqueuedTokens: 12 } },
    );
    everyOnce(told, 40);
    expect(log.maxEnqueued).toBe(12);
    expect(batches).toHaveLength(10);
    expect(batches.every(({ plan }) => plan.end !== 'failed')).toBe(true);
  });

  it('whose limit is not known is learned by batches that fail late; nothing is lost or counted as an attempt', () => {
    const { told, log } = run({ enqueuedTokens: 10, plan: () => ({ runMs: 30_000 }) }, { count: 40 });
    everyOnce(told, 40);
    expect(ok(told)).toBe(40);
    expect([...told.results.values()].every(({ attempts }) => attempts === 1)).toBe(true);
    expect([...log.answered().values()].every((times) => times === 1)).toBe(true);
  });

  it('smaller than one shard has shards made smaller', () => {
    const { told, batches } = run({ enqueuedTokens: 5 }, { count: 16, nativeCaps: { maxRequests: 16 } });
    expect(ok(told)).toBe(16);
    expect(
      Math.max(...batches.filter(({ plan }) => plan.end !== 'failed').map(({ lines }) => lines.length)),
    ).toBeLessThanOrEqual(5);
  });

  it('refused at creation waits as asked', () => {
    const { told, log } = run(
      { create: (n) => (n === 1 ? { kind: 'quota', message: '429', waitMs: 600_000 } : 'created') },
      { count: 4 },
    );
    expect(ok(told)).toBe(4);
    expect(log.creates).toBe(2);
    expect(told.endedAt).toBeGreaterThan(600_000);
  });

  it('holds no more than maxBatches', () => {
    const { told, batches } = run(
      { plan: () => ({ runMs: 30_000 }) },
      { count: 40, nativeCaps: { maxRequests: 4, maxBatches: 2 } },
    );
    everyOnce(told, 40);
    const atWork = batches.map(
      ({ createdAt }) => batches.filter((b) => b.createdAt <= createdAt && b.endsAt > createdAt).length,
    );
    expect(Math.max(...atWork)).toBe(2);
  });

  it('takes no more creations than the hour allows', () => {
    const { told, batches } = run({}, { count: 12, nativeCaps: { maxRequests: 4, creationsPerHour: 2 } });
    everyOnce(told, 12);
    expect(batches[2]!.createdAt - batches[0]!.createdAt).toBeGreaterThanOrEqual(hour - 100);
  });
});

describe('polls', () => {
  it('that fail are repeated for as long as it takes', () => {
    const { told } = run(
      { fail: (call, n) => (call === 'poll' && n < 500 ? { kind: 'retry', message: '503' } : undefined) },
      { count: 4 },
    );
    expect(ok(told)).toBe(4);
  });

  it('refused for the key stop the job; the batch is left alone and taken up again', () => {
    const error: ItemError = { code: 'auth', message: 'wrong key', retryable: false };
    const { told, batches } = run(
      { fail: (call) => (call === 'poll' ? { kind: 'stop', status: 'failed', code: 'auth', error } : undefined) },
      { count: 4 },
    );
    expect(told.status).toBe('errored');
    expect(told.error).toMatchObject({ code: 'auth' });
    expect(batches).toHaveLength(1);
  });

  it('of a batch that is gone for good lead to a new one, counted as an attempt', () => {
    const { told, batches, notes } = run(
      { fail: (call, n) => (call === 'poll' && n <= 3 ? { kind: 'gone', message: '404' } : undefined) },
      { count: 4 },
    );
    expect(ok(told)).toBe(4);
    expect(batches).toHaveLength(2);
    expect(told.results.get('item-1')).toMatchObject({ attempts: 2 });
    expect(notes).toEqual({ missingLines: 4 });
  });

  it('that miss a batch once or twice are no reason to pay again', () => {
    const { told, batches } = run(
      { fail: (call, n) => (call === 'poll' && n <= 2 ? { kind: 'gone', message: '404' } : undefined) },
      { count: 4 },
    );
    expect(ok(told)).toBe(4);
    expect(batches).toHaveLength(1);
  });
});

describe('a create whose answer is lost', () => {
  it('is found and adopted at once', () => {
    const { told, batches, notes, log } = run({ create: (n) => (n === 1 ? 'answer lost' : 'created') }, { count: 4 });
    expect(ok(told)).toBe(4);
    expect(batches).toHaveLength(1);
    expect(notes).toEqual({ adoptedBatches: 1 });
    expect(log.calls.find).toBe(1);
  });

  it('is found although the list is late', () => {
    const { told, batches } = run({ create: () => 'answer lost', plan: () => ({ listLagMs: 100_000 }) }, { count: 4 });
    expect(ok(told)).toBe(4);
    expect(batches).toHaveLength(1);
  });

  it('is waited for although an earlier attempt, dropped by the provider, is in the list', () => {
    const dropped = { end: 'failed', faults: [{ kind: 'quota', code: 'limit', message: 'too much' }] } as const;
    const { told, batches, log } = run(
      {
        create: (n) => (n === 2 ? 'answer lost' : 'created'),
        plan: ({ n }) => (n === 1 ? dropped : { listLagMs: 2_000, runMs: hour }),
      },
      { count: 1 },
    );
    expect(ok(told)).toBe(1);
    expect(batches.map(({ marker }) => marker.attempt)).toEqual([1, 2]);
    expect(log.answered().get('item-1')).toBe(1);
  });

  it('is made again only after three full searches over the wait, with a higher attempt', () => {
    const { told, batches, log } = run({ create: (n) => (n === 1 ? 'never arrived' : 'created') }, { count: 4 });
    expect(ok(told)).toBe(4);
    expect(log.calls.find).toBeGreaterThanOrEqual(3);
    expect(batches.map(({ marker }) => marker.attempt)).toEqual([2]);
    expect(batches[0]!.createdAt).toBeGreaterThanOrEqual(120_000);
  });

  it('does not hold up the other shards', () => {
    const { told, batches } = run({ create: (n) => (n === 1 ? 'never arrived' : 'created') }, { count: 12 });
    expect(ok(told)).toBe(12);
    expect(batches.filter(({ createdAt }) => createdAt < 1_000)).toHaveLength(2);
  });

  it('has a search that broke off not count', () => {
    const { told, batches } = run(
      {
        create: (n) => (n === 1 ? 'answer lost' : 'created'),
        fail: (call, n) => (call === 'find' && n < 10 ? { kind: 'retry', message: 'list' } : undefined),
      },
      { count: 4 },
    );
    expect(ok(told)).toBe(4);
    expect(batches).toHaveLength(1);
  });

  it('has a twin that turns up later cancelled', () => {
    const { told, batches, notes } = run(
      {
        create: (n) => (n === 1 ? 'answer lost' : 'created'),
        plan: ({ n }) => (n === 1 ? { listLagMs: 400_000, runMs: 24 * hour } : { runMs: hour }),
      },
      { count: 4 },
    );
    expect(ok(told)).toBe(4);
    expect(batches).toHaveLength(2);
    expect(notes).toEqual({ twinsCancelled: 1 });
    expect(batches[0]!.status(24 * hour)).toBe('cancelled');
  });
});

describe('stopping', () => {
  const script: ScriptedNativeOptions = {
    plan: ({ n }) => (n === 1 ? { runMs: 1_000 } : { runMs: hour, answeredAtCancel: 2 }),
  };

  it('cancel() cancels at the provider, keeps what was answered, and ends when that is read', () => {
    const provider = scriptedNative(script);
    let told!: Told;
    virtually((scheduler) => {
      const { job, told: seen } = startNative(
        { provider, items: items(12), nativeCaps: { maxRequests: 4 } },
        scheduler,
      );
      told = seen;
      scheduler.schedule(() => void job.cancel(), 60_000);
    });
    expect(told.status).toBe('cancelled');
    expect(ok(told)).toBe(8);
    expect(told.results.size).toBe(8);
    expect(told.progress.at(-1)).toMatchObject({ pending: 4, inFlight: 0 });
    expect(told.endedAt).toBeLessThan(60_000 + 25_000);
  });

  it('cancel() asks again where it was too early for the provider', () => {
    const provider = scriptedNative({
      plan: () => ({ runMs: hour }),
      fail: (call, n) => (call === 'cancel' && n === 1 ? { kind: 'fail', error: final } : undefined),
    });
    let told!: Told;
    virtually((scheduler) => {
      const { job, told: seen } = startNative({ provider, items: items(4) }, scheduler);
      told = seen;
      scheduler.schedule(() => void job.cancel(), 60_000);
    });
    expect(told.status).toBe('cancelled');
    expect(told.endedAt).toBeLessThan(3 * 60_000);
    expect(provider.batchLog.batches[0]!.status(hour)).toBe('cancelled');
  });

  it('cancel() asks where an earlier process died before it did', () => {
    const provider = scriptedNative({ plan: () => ({ runMs: hour }) });
    const store = sqliteStore({ path: ':memory:' });
    virtually((scheduler) => {
      const { client, job } = startNative({ provider, store, items: items(4) }, scheduler);
      scheduler.schedule(() => void job.pause(), 60_000);
      scheduler.schedule(() => {
        const lease = store.acquire('job');
        store.shards.update(lease, 1, { state: 'cancelling', cause: putBack });
        store.release(lease);
        watch(client.resume('job'), scheduler);
      }, 120_000);
      scheduler.schedule(() => void client.job('job').cancel(), 180_000);
    });
    expect(store.findJob('job')!.status).toBe('cancelled');
    expect(provider.batchLog.batches[0]!.status(hour)).toBe('cancelled');
  });

  it('cancel() does not create what was waiting', () => {
    const provider = scriptedNative({ plan: () => ({ runMs: hour }) });
    virtually((scheduler) => {
      const { job } = startNative(
        { provider, items: items(40), nativeCaps: { maxRequests: 4, maxBatches: 2 } },
        scheduler,
      );
      scheduler.schedule(() => void job.cancel(), 60_000);
    });
    expect(provider.batchLog.batches).toHaveLength(2);
  });

  it('pause() leaves batches alone; resume goes on with the same ones', () => {
    const provider = scriptedNative({ plan: () => ({ runMs: hour }) });
    const store = sqliteStore({ path: ':memory:' });
    let first!: Told;
    let second!: Told;
    virtually((scheduler) => {
      const { client, job, told } = startNative(
        { provider, store, items: items(8), nativeCaps: { maxRequests: 4 } },
        scheduler,
      );
      first = told;
      scheduler.schedule(() => void job.pause(), 60_000);
      scheduler.schedule(() => {
        second = watch(client.resume('job'), scheduler);
      }, 10 * 60_000);
    });
    expect(first.error).toMatchObject({ code: 'paused' });
    expect(first.endedAt).toBeLessThan(60_100);
    expect(second.status).toBe('completed');
    expect(ok(second)).toBe(8);
    expect(provider.batchLog.creates).toBe(2);
    expect(provider.batchLog.calls.cancel).toBe(0);
  });

  it('a create under way at pause() is waited for', () => {
    const provider = scriptedNative({ latencyMs: 5_000 });
    const store = sqliteStore({ path: ':memory:' });
    virtually((scheduler) => {
      const { job } = startNative({ provider, store, items: items(4) }, scheduler);
      scheduler.schedule(() => void job.pause(), 6_000);
    });
    expect(provider.batchLog.batches).toHaveLength(1);
    expect(store.shards.list(store.findJob('job')!.key, 0)).toMatchObject([{ state: 'live', batchId: 'batch-1' }]);
  });

  it("a cancelled job's remains are finished by requests, nothing twice", () => {
    const provider = scriptedNative(script);
    const store = sqliteStore({ path: ':memory:' });
    let told!: Told;
    virtually((scheduler) => {
      const { client, job } = startNative(
        { provider, store, items: items(12), nativeCaps: { maxRequests: 4 } },
        scheduler,
      );
      scheduler.schedule(() => void job.cancel(), 60_000);
      scheduler.schedule(() => {
        const record = store.findJob('job')!;
        const lease = store.acquire('job');
        store.updateJob(lease, { runMode: 'emulated' });
        store.release(lease);
        expect(record.status).toBe('cancelled');
        told = watch(client.resume('job'), scheduler);
      }, 10 * 60_000);
    });
    expect(told.status).toBe('completed');
    everyOnce(told, 12);
  });

  it('a paused job taken up in emulated mode has its batches ended first', () => {
    const provider = scriptedNative(script);
    const store = sqliteStore({ path: ':memory:' });
    let told!: Told;
    virtually((scheduler) => {
      const { client, job } = startNative(
        { provider, store, items: items(12), nativeCaps: { maxRequests: 4 } },
        scheduler,
      );
      scheduler.schedule(() => void job.pause(), 60_000);
      scheduler.schedule(() => {
        const lease = store.acquire('job');
        store.updateJob(lease, { runMode: 'emulated' });
        store.release(lease);
        told = watch(client.resume('job'), scheduler);
      }, 10 * 60_000);
    });
    expect(told.status).toBe('completed');
    everyOnce(told, 12);
    expect(provider.batchLog.calls.cancel).toBe(2);
    expect([...provider.batchLog.answered().values()].every((times) => times === 1)).toBe(true);
  });

  it('retryFailed() sends failed items in new shards', () => {
    let broken = true;
    const provider = scriptedNative({
      plan: () => ({ answer: () => (broken ? { kind: 'error', error: final } : { kind: 'ok', output: 1 }) }),
    });
    const store = sqliteStore({ path: ':memory:' });
    let told!: Told;
    virtually((scheduler) => {
      const { client } = startNative({ provider, store, items: items(6), nativeCaps: { maxRequests: 4 } }, scheduler);
      scheduler.schedule(() => {
        broken = false;
        const job = client.job('job');
        void job.retryFailed();
        told = watch(job, scheduler);
      }, 10 * 60_000);
    });
    expect(told.status).toBe('completed');
    expect(ok(told)).toBe(6);
    expect(provider.batchLog.batches.map(({ marker }) => marker.shard)).toEqual([1, 2, 3, 4]);
  });
});

it('mode native is refused by a provider without batches', () => {
  const client = new BatchClient({ db: ':memory:', provider: { name: 'plain', request: () => [] } });
  expect(() => client.map({ mode: 'native', items: [] })).toThrow('mode "native" is not offered');
});

describe('a provider that is away', () => {
  const away = { kind: 'retry', message: 'getaddrinfo ENOTFOUND', unanswered: true } as const;

  it('while batches run is told, and waited for; no batch is lost or made again', () => {
    const { told, batches } = run({
      plan: () => ({ runMs: hour }),
      fail: (call, n) => (call === 'poll' && n > 6 && n < 60 ? away : undefined),
    });
    expect(told.status).toBe('completed');
    everyOnce(told, 10);
    expect(batches).toHaveLength(3);
    const pacing = told.progress.map(({ pacing: { outage, state } }) => `${state} ${outage}`);
    expect(pacing).toContain('held true');
    expect(pacing.at(-1)).toBe('open false');
  });

  it('from the start stops the job within a minute or so, with the reason; resume() goes on', () => {
    let gone = true;
    const scripted = scriptedNative({});
    const { native } = scripted;
    const cut = {
      submit: (...call: Parameters<typeof native.submit>) =>
        gone ? throwError(() => new Error('gone')) : native.submit(...call),
      classify: (...call: Parameters<typeof native.classify>) => (gone ? away : native.classify(...call)),
    };
    const wire = new Proxy(native, {
      get: (_, key) => {
        const value: unknown = Reflect.get(key in cut ? cut : native, key);
        return typeof value === 'function' ? (value as () => unknown).bind(native) : value;
      },
    });
    const provider: Provider = Object.assign(Object.create(scripted) as Provider, { native: wire });
    const store = sqliteStore({ path: ':memory:' });
    let first!: Told;
    let second!: Told;
    virtually((scheduler) => {
      const started = startNative({ provider, store, items: items(6) }, scheduler);
      first = started.told;
      scheduler.schedule(() => {
        gone = false;
        second = watch(started.client.resume('job'), scheduler);
      }, hour);
    });
    expect(first.error).toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/base URL.*ENOTFOUND/) as string,
    });
    expect(first.endedAt).toBeLessThan(5 * 60_000);
    expect(first.results.size).toBe(0);
    expect(second.status).toBe('completed');
    expect(scripted.batchLog.batches).toHaveLength(1);
  });
});
