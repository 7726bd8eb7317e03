import { hour, run, ok } from '../support/native-life.js';

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
