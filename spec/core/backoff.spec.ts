import * as fc from 'fast-check';
import { backoffDelay, waitAtLeast } from '../../lib/core/backoff.js';

describe('backoffDelay', () => {
  it.each([
    [1, 1, 500],
    [2, 1, 1_000],
    [3, 1, 2_000],
    [3, 0.5, 1_000],
    [3, 0, 0],
    [8, 1, 60_000],
    [10_000, 1, 60_000],
  ])('after %i failures, with a jitter of %d, waits %i ms', (failures, random, expected) => {
    expect(backoffDelay(failures, { baseMs: 500, maxMs: 60_000 }, () => random)).toBe(expected);
  });

  it('lies between nothing and the doubled base, never above the longest, in whole milliseconds', () => {
    const options = fc.record({
      baseMs: fc.integer({ min: 0, max: 10_000 }),
      maxMs: fc.integer({ min: 0, max: 600_000 }),
    });
    const chance = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), options, chance, (failures, { baseMs, maxMs }, random) => {
        const delay = backoffDelay(failures, { baseMs, maxMs }, () => random);
        expect(Number.isInteger(delay)).toBe(true);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 1_000)) + 0.5);
      }),
    );
  });

  it('uses the whole range: lanes that failed together do not come back together', () => {
    let seed = 1;
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const delays = Array.from({ length: 1_000 }, () => backoffDelay(4, { baseMs: 1_000, maxMs: 60_000 }, random));
    expect(Math.min(...delays)).toBeLessThan(200);
    expect(Math.max(...delays)).toBeGreaterThan(7_800);
    expect(new Set(delays).size).toBeGreaterThan(800);
  });

  it.each([
    [undefined, 70, 70],
    [20, 70, 90],
    [200, 70, 270],
    [200, 0, 200],
  ])('comes on top of a wait of %p that a server asked for', (asked, backoff, expected) => {
    expect(waitAtLeast(asked, backoff)).toBe(expected);
  });

  it('spreads those that were told the same: never earlier, never all at once', () => {
    const delays = Array.from({ length: 50 }, (_, n) =>
      waitAtLeast(
        20_000,
        backoffDelay(1, { baseMs: 500, maxMs: 60_000 }, () => n / 50),
      ),
    );
    expect(Math.min(...delays)).toBe(20_000);
    expect(new Set(delays).size).toBe(50);
  });
});
