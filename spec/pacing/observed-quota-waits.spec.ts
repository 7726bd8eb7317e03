import * as fc from 'fast-check';
import type { LimitReading } from '../../lib/core/limits.js';
import { ObservedQuota } from '../../lib/pacing/observed-quota.js';

/** A quota of which that is all that was said, at time 0. */
function told(reading: LimitReading): ObservedQuota {
  const quota = new ObservedQuota();
  quota.observe(reading, { at: 0, order: 1, spent: quota.spend(1) });
  return quota;
}

describe('how long to wait for an observed quota', () => {
  const empty: LimitReading = { limit: 100, remaining: 0, resetMs: 10_000 };

  it('is until what is asked for is there, with a little to spare', () => {
    const waitMs = told(empty).waitMs(10, 0);
    expect(waitMs).toBeGreaterThanOrEqual(1_000);
    expect(waitMs).toBeLessThanOrEqual(1_200);
    expect(told(empty).waitMs(10, 800)).toBe(waitMs - 800);
    expect(told(empty).waitMs(100, 0)).toBe(10_000);
  });

  it('is nothing for a request larger than the limit, beyond that of any other: no wait helps it', () => {
    expect(told(empty).waitMs(5_000, 0)).toBe(told(empty).waitMs(1, 0));
    expect(told({ ...empty, remaining: 99, resetMs: 100 }).waitMs(101, 0)).toBe(0);
  });

  it('is long enough', () => {
    const steps = fc.array(fc.record({ units: fc.integer({ min: 1, max: 120 }), pauseMs: fc.nat(5_000) }));
    fc.assert(
      fc.property(fc.nat(100), steps, (remaining, each) => {
        const quota = told({ limit: 100, remaining, resetMs: 100 * (100 - remaining) });
        let now = 0;
        for (const { units, pauseMs } of each) {
          now += pauseMs;
          now += quota.waitMs(units, now);
          expect(quota.waitMs(units, now)).toBe(0);
          if (units <= 100) expect(quota.level(now)).toBeGreaterThanOrEqual(units - 1e-6);
          quota.spend(units);
        }
      }),
    );
  });
});

describe('a quota of which nobody knows whether bursts pass', () => {
  /** Sends one unit as soon as it may, for so long; how many were sent by each 100 ms. */
  const sends = (quota: ObservedQuota, forMs: number): number[] => {
    const sent: number[] = [];
    let count = 0;
    for (let now = 0; now < forMs; now++) {
      for (; quota.waitMs(1, now) === 0 && count < 10_000; count++) quota.spend(1);
      if (now % 100 === 99) sent.push(count);
    }
    return sent;
  };
  const minute: LimitReading = { limit: 600, remaining: 599, resetMs: 100 };

  it('is asked for twice what flows in, no more, then for all there is', () => {
    const sent = sends(told(minute), 5_000);
    expect(sent[4]).toBeGreaterThanOrEqual(8);
    expect(sent[4]).toBeLessThanOrEqual(12);
    expect(sent.at(-1)).toBeGreaterThan(590);
  });

  it('is not held back by that where it is empty', () => {
    expect(told({ limit: 600, remaining: 0, resetMs: 60_000 }).waitMs(1, 0)).toBeLessThanOrEqual(200);
  });
});
