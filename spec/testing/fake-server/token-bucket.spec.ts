import fc from 'fast-check';
import { TokenBucket } from '../../../lib/testing/fake-server/token-bucket.js';

it('is full at the start and refills evenly', () => {
  const bucket = new TokenBucket(60, 60_000, 0);
  expect(bucket.remaining(0)).toBe(60);
  bucket.drain(60, 0);
  expect(bucket.fits(1, 999)).toBe(false);
  expect(bucket.waitMs(1, 999)).toBe(1);
  expect(bucket.fits(1, 1_000)).toBe(true);
  expect(bucket.resetMs(1_000)).toBe(59_000);
  expect(bucket.remaining(1_000_000)).toBe(60);
});

it('holds no more than its burst', () => {
  const bucket = new TokenBucket(60, 60_000, 0, 0.1);
  expect(bucket.capacity).toBe(6);
  expect(bucket.fits(7, 0)).toBe(false);
});

it('admits exactly what the window allows, whatever the pattern of arrivals', () => {
  const arrivals = fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 7 })), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(fc.integer({ min: 7, max: 997 }), arrivals, (limit, steps) => {
      const windowMs = 1_000;
      const bucket = new TokenBucket(limit, windowMs, 0);
      let now = 0;
      let taken = 0;
      for (const [wait, units] of steps) {
        now += wait;
        if (!bucket.fits(units, now)) {
          const waitMs = bucket.waitMs(units, now);
          expect(bucket.fits(units, now + waitMs - 1)).toBe(false);
          now += waitMs;
          expect(bucket.fits(units, now)).toBe(true);
        }
        bucket.drain(units, now);
        taken += units;
        expect(taken * windowMs).toBeLessThanOrEqual((limit + 1) * windowMs + now * limit);
      }
    }),
    { numRuns: 50 },
  );
});
