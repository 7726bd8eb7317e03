import { items } from '../support/run-native.js';
import { BatchClient } from '../../../lib/index.js';
import { hour, run, ok, everyOnce } from '../support/native-life.js';

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

it('mode native is refused by a provider without batches', () => {
  const client = new BatchClient({ db: ':memory:', provider: { name: 'plain', request: () => [] } });
  expect(() => client.map({ mode: 'native', items: [] })).toThrow('mode "native" is not offered');
});
