import * as fc from 'fast-check';
import { TokenBucket } from '../../lib/pacing/token-bucket.js';

describe('TokenBucket', () => {
  it('never gives more than flowed in, but for one second’s worth and one request too large', () => {
    const call = fc.record({ amount: fc.integer({ min: 0, max: 5_000 }), pauseMs: fc.integer({ min: 0, max: 3_000 }) });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.array(call, { maxLength: 60 }), (perMinute, calls) => {
        const bucket = new TokenBucket(perMinute, 0);
        let now = 0;
        let spent = 0;
        for (const { amount, pauseMs } of calls) {
          now += pauseMs;
          if (bucket.waitMs(amount, now) > 0) continue;
          bucket.spend(amount, now);
          // What was there, at most a second's worth, and what flowed in; the last one may overdraw.
          expect(spent).toBeLessThanOrEqual(Math.max(1, perMinute / 60) + (now * perMinute) / 60_000 + 1e-6);
          spent += amount;
        }
      }),
    );
  });

  it('saves up no more than one second’s worth', () => {
    const bucket = new TokenBucket(120, 0);
    const now = 3_600_000;
    for (let n = 0; n < 2; n++) {
      expect(bucket.waitMs(1, now)).toBe(0);
      bucket.spend(1, now);
    }
    expect(bucket.waitMs(1, now)).toBe(500);
  });

  it('names a wait after which the amount is there', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.array(fc.integer({ min: 1, max: 5_000 }), { maxLength: 30 }),
        (perMinute, amounts) => {
          const bucket = new TokenBucket(perMinute, 0);
          let now = 0;
          for (const amount of amounts) {
            now += bucket.waitMs(amount, now);
            expect(bucket.waitMs(amount, now)).toBe(0);
            bucket.spend(amount, now);
          }
        },
      ),
    );
  });

  it('is not refilled by a clock that goes back', () => {
    const bucket = new TokenBucket(60, 10_000);
    bucket.spend(1, 10_000);
    expect(bucket.waitMs(1, 5_000)).toBe(1_000);
    expect(bucket.waitMs(1, 5_500)).toBe(500);
    expect(bucket.waitMs(1, 6_001)).toBe(0);
  });

  it('takes over what another has left, and no more than it can hold', () => {
    const spent = new TokenBucket(60, 0);
    spent.spend(1, 0);
    expect(new TokenBucket(6_000, 0, spent).waitMs(1, 0)).toBe(10);
    expect(new TokenBucket(60, 0, new TokenBucket(60_000, 0)).waitMs(1, 0)).toBe(0);
    const small = new TokenBucket(60, 0, new TokenBucket(60_000, 0));
    small.spend(1, 0);
    expect(small.waitMs(1, 0)).toBe(1_000);
  });
});
