import * as fc from 'fast-check';
import { TokenRatio } from '../../lib/pacing/token-ratio.js';

/** The ratio after so many requests of 100 estimated tokens each. */
function after(counts: readonly number[], ratio = new TokenRatio()): TokenRatio {
  for (const counted of counts) ratio.note(100, counted);
  return ratio;
}

describe('TokenRatio', () => {
  it('takes estimates for true while nothing is counted', () => {
    expect(new TokenRatio().value).toBe(1);
  });

  it.each<[string, number[], number]>([
    ['half as many', [50, 50, 50], 0.5],
    ['more', [180], 1.8],
    ['some more, some less', Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? 80 : 120)), 1],
    ['none at all: no less than a tenth', [0, 0], 0.1],
    ['far more: no more than ten times', [50_000], 10],
  ])('is what was counted over what was estimated: %s', (_what, counts, value) => {
    expect(after(counts).value).toBeCloseTo(value, 2);
  });

  it('weighs a large request as what it is', () => {
    const ratio = new TokenRatio();
    ratio.note(10, 10);
    ratio.note(10_000, 20_000);
    expect(ratio.value).toBeCloseTo(2, 2);
  });

  it('forgets what was long ago', () => {
    const ratio = after(Array<number>(1_000).fill(50));
    after(Array<number>(1_000).fill(200), ratio);
    expect(ratio.value).toBeCloseTo(2, 1);
  });

  it.each([
    [0, 5],
    [-1, 5],
    [NaN, 5],
    [5, -1],
    [5, NaN],
  ])('learns nothing from %d estimated and %d counted', (estimated, counted) => {
    const ratio = new TokenRatio();
    ratio.note(estimated, counted);
    expect(ratio.value).toBe(1);
  });

  it('learns nothing from what is no number of tokens', () => {
    const ratio = new TokenRatio();
    ratio.note(Infinity, Infinity);
    ratio.note(10, Infinity);
    ratio.note(Infinity, 10);
    ratio.note(10, 20);
    expect(ratio.value).toBe(2);
  });

  it('stays within a factor of ten, whatever is counted', () => {
    const pair = fc.tuple(fc.double({ min: -1 }), fc.double({ min: -1 }));
    fc.assert(
      fc.property(fc.array(pair), (pairs) => {
        const ratio = new TokenRatio();
        for (const [estimated, counted] of pairs) ratio.note(estimated, counted);
        expect(ratio.value).toBeGreaterThanOrEqual(0.1);
        expect(ratio.value).toBeLessThanOrEqual(10);
      }),
    );
  });
});
