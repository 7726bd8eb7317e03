import { hour, run, ok, everyOnce } from '../support/native-life.js';

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
