import * as fc from 'fast-check';
import { cubicReaches, cubicShare, type CubicCurve } from '../../lib/pacing/cubic.js';

const curves = fc.record({
  drop: fc.double({ min: 0.01, max: 0.9, noNaN: true }),
  plateauMs: fc.integer({ min: 1, max: 600_000 }),
});

describe('the curve after a cut', () => {
  const curve: CubicCurve = { drop: 0.2, plateauMs: 1_000 };

  it.each([
    ['begins where it was cut to', 0, 0.8],
    ['is nearly back half way', 500, 0.975],
    ['is back after the plateau', 1_000, 1],
    ['stays near it for as long', 1_500, 1.025],
    ['has gone up by what it was cut', 2_000, 1.2],
    ['then grows faster and faster', 4_000, 6.4],
  ])('%s', (_what, elapsedMs, share) => {
    expect(cubicShare(curve, elapsedMs)).toBeCloseTo(share, 9);
  });

  it('never falls', () => {
    fc.assert(
      fc.property(curves, fc.nat(2_000_000), fc.nat(2_000_000), (any, earlier, later) => {
        const [first, second] = [Math.min(earlier, later), Math.max(earlier, later)];
        expect(cubicShare(any, first)).toBeLessThanOrEqual(cubicShare(any, second));
      }),
    );
  });

  it('says when it reaches a share, and at once where it has it from the start', () => {
    fc.assert(
      fc.property(curves, fc.double({ min: 0, max: 20, noNaN: true }), (any, share) => {
        const elapsedMs = cubicReaches(any, share);
        if (share <= 1 - any.drop) expect(elapsedMs).toBeCloseTo(0, 3);
        else expect(cubicShare(any, elapsedMs)).toBeCloseTo(share, 6);
      }),
    );
  });
});
