import * as fc from 'fast-check';
import type { LimitReading } from '../../lib/core/limits.js';
import { ObservedQuota } from '../../lib/pacing/observed-quota.js';
import { Bucket } from './support/bucket.js';

/** A hundred units in ten seconds, one of them used. */
const first: LimitReading = { limit: 100, remaining: 99, resetMs: 100 };

/** Sends so many units at a time and reads what the answer says; each later than the last. */
function ask(quota: ObservedQuota, at: number, reading: LimitReading, units = 1): void {
  quota.observe(reading, { at, order: at, spent: quota.spend(units) });
}

/** A quota of which that is all that was said, at time 0. */
function told(reading: LimitReading): ObservedQuota {
  const quota = new ObservedQuota();
  ask(quota, 0, reading);
  return quota;
}

describe('ObservedQuota', () => {
  it('holds nothing back while nothing is known', () => {
    const quota = new ObservedQuota();
    quota.spend(1_000_000);
    expect([quota.known, quota.level(0), quota.waitMs(5_000, 0)]).toEqual([false, Infinity, 0]);
  });

  it('has what the newest sighting said, and what flowed in since, less what was sent since', () => {
    const quota = told(first);
    expect([quota.known, quota.limit, quota.perMs]).toEqual([true, 100, 0.01]);
    quota.spend(10);
    expect(quota.level(0)).toBeCloseTo(89);
    expect(quota.level(500)).toBeCloseTo(94);
  });

  it('counts what is sent before an answer comes, and once', () => {
    const quota = new ObservedQuota();
    const spent = [1, 1, 1, 1].map((units) => quota.spend(units));
    // The second of four answers: two more are on their way.
    quota.observe({ ...first, remaining: 98 }, { at: 0, order: 2, spent: spent[1]! });
    expect(quota.level(0)).toBe(96);
    quota.observe({ ...first, remaining: 96 }, { at: 0, order: 4, spent: spent[3]! });
    expect(quota.level(0)).toBe(96);
  });

  it('learns nothing new from answers to earlier requests', () => {
    const quota = new ObservedQuota();
    const spent = [1, 1].map((units) => quota.spend(units));
    quota.observe({ ...first, remaining: 50, resetMs: 5_000 }, { at: 10, order: 2, spent: spent[1]! });
    quota.observe({ ...first, remaining: 99 }, { at: 0, order: 1, spent: spent[0]! });
    expect(quota.level(10)).toBe(50);
  });

  it('takes what is corrected for what is there, and later answers for later all the same', () => {
    const quota = new ObservedQuota();
    const spent = [40, 40].map((units) => quota.spend(units));
    quota.observe({ limit: 100, remaining: 20 }, { at: 0, order: 2, spent: spent[1]! });
    quota.spend(-30);
    quota.spend(-30);
    expect(quota.level(0)).toBe(80);
    quota.observe({ limit: 100, remaining: 5 }, { at: 0, order: 3, spent: quota.spend(40) });
    expect(quota.level(0)).toBe(5);
  });

  it('never has more than the limit', () => {
    expect(told(first).level(3_600_000)).toBe(100);
  });

  it.each<[string, LimitReading, number, number]>([
    ['a minute', { limit: 600, remaining: 599, resetMs: 100 }, 600, 60_000],
    ['ten seconds', first, 100, 10_000],
    ['a day (Groq: only the reset tells)', { limit: 14_400, remaining: 14_370, resetMs: 180_000 }, 14_400, 86_400_000],
    ['a minute where no reset is told', { limit: 300, remaining: 12 }, 300, 60_000],
    ['a minute where nothing is used yet', { limit: 300, remaining: 300, resetMs: 0 }, 300, 60_000],
  ])('knows in which time the whole limit flows in: %s', (_what, reading, limit, windowMs) => {
    expect(told(reading)).toMatchObject({ windowMs, nominalPerMs: limit / windowMs });
  });

  it.each([0.5, 2])('a limit times %d is the limit from then on, and fills as fast as its own resets say', (factor) => {
    const quota = told(first);
    const limit = factor * 100;
    ask(quota, 1_000, { limit, remaining: limit / 2, resetMs: 30_000 });
    expect(quota).toMatchObject({ limit, nominalPerMs: limit / 60_000, perMs: limit / 60_000 });
    expect(quota.level(1_000)).toBe(limit / 2);
  });

  it('takes rounded readings for what they are', () => {
    const windows = fc.constantFrom([10_000, 100], [60_000, 1], [60_000, 1_000], [3_600_000, 1_000]);
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 10_000 }), windows, (limit, [windowMs = 0, toMs = 0]) => {
        const quota = new ObservedQuota();
        for (let n = 1; n <= 40; n++) {
          const used = (limit * n) / 80;
          const resetMs = Math.ceil((windowMs * n) / 80 / toMs) * toMs;
          ask(quota, 0, { limit, remaining: Math.floor(limit - used), resetMs }, limit / 80);
        }
        expect((quota.nominalPerMs * windowMs) / limit).toBeGreaterThan(0.9);
        expect((quota.nominalPerMs * windowMs) / limit).toBeLessThan(1.1);
      }),
    );
  });

  it('does not let one rough reading spoil what many have said', () => {
    const quota = new ObservedQuota();
    for (let n = 10; n < 50; n++) ask(quota, 0, { limit: 100, remaining: 100 - n, resetMs: 100 * n });
    ask(quota, 0, { limit: 100, remaining: 99, resetMs: 1_000 });
    expect(quota.nominalPerMs).toBeGreaterThan(0.0099);
  });

  describe('from which others drink, too', () => {
    /** The share of the promised refill that is seen by one who takes a little more than what others leave, for 20 s. */
    const seen = (others: number): number => {
      const bucket = new Bucket(600, 600, 0.06, 0.06 * others);
      const quota = new ObservedQuota();
      const units = 1 + 30 * (1 - others);
      for (let now = 0; now <= 20_000; now += 500) {
        bucket.take(units, now);
        ask(quota, now, bucket.reading(now), units);
      }
      return quota.perMs / quota.nominalPerMs;
    };

    it.each([0, 0.2, 0.4, 0.8])('fills by what sightings show: %d taken', (others) => {
      expect(Math.abs(seen(others) - (1 - others))).toBeLessThan(0.05);
    });

    it('is thought to fill faster than a minute says only where no reset was told: that was a guess', () => {
      const faster = (resetMs: { resetMs?: number }): number => {
        const quota = new ObservedQuota();
        for (let n = 0; n < 20; n++) ask(quota, n * 1_000, { limit: 60, remaining: 30, ...resetMs }, 5);
        return quota.perMs / quota.nominalPerMs;
      };
      expect(faster({ resetMs: 30_000 })).toBe(1);
      expect(faster({})).toBeGreaterThan(4);
    });

    it('is never thought to dry up for good', () => {
      const quota = told(first);
      for (let n = 1; n < 90; n++) ask(quota, n * 1_000, { limit: 100, remaining: 0, resetMs: 10_000 }, 0);
      expect(quota.perMs).toBeGreaterThan(0);
      expect(quota.waitMs(1, 90_000)).toBeLessThan(60_000);
    });

    it('is thought to fill as promised once it is seen full', () => {
      const quota = told({ limit: 100, remaining: 50, resetMs: 5_000 });
      for (let n = 1; n < 10; n++) ask(quota, n * 1_000, { limit: 100, remaining: 50, resetMs: 5_000 }, 0);
      expect(quota.perMs).toBeLessThan(0.5 * quota.nominalPerMs);
      ask(quota, 20_000, { limit: 100, remaining: 100, resetMs: 0 }, 0);
      expect(quota.perMs).toBe(quota.nominalPerMs);
    });
  });
});
