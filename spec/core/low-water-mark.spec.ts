import * as fc from 'fast-check';
import { LowWaterMark } from '../../lib/core/low-water-mark.js';

describe('LowWaterMark', () => {
  it('is where it began until something is claimed', () => {
    const mark = new LowWaterMark(7);
    expect([mark.value, mark.highest]).toEqual([7, 7]);
  });

  it('stays below the first unfinished one, whatever is finished above it', () => {
    const mark = new LowWaterMark(0);
    for (const ordinal of [1, 2, 3]) mark.claim(ordinal);
    mark.finish(3);
    expect(mark.value).toBe(0);
    mark.finish(1);
    expect(mark.value).toBe(1);
    mark.finish(2);
    expect(mark.value).toBe(3);
  });

  it('passes over those that were finished before', () => {
    const mark = new LowWaterMark(10);
    for (const ordinal of [15, 20]) mark.claim(ordinal);
    expect(mark.value).toBe(14);
    mark.finish(15);
    expect(mark.value).toBe(19);
    mark.finish(20);
    expect([mark.value, mark.highest]).toEqual([20, 20]);
  });

  it('is never above an unfinished one, and never falls, in any order of finishing', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.double({ min: 0, max: 1, noNaN: true })), {
      maxLength: 300,
    });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), steps, (from, claims) => {
        const mark = new LowWaterMark(from);
        const open: number[] = [];
        let last = from;
        let ordinal = from;
        for (const [gap, pick] of claims) {
          ordinal += gap;
          mark.claim(ordinal);
          open.push(ordinal);
          if (pick > 0.4) mark.finish(open.splice(Math.floor(pick * open.length) % open.length, 1)[0]!);
          expect(mark.value).toBe(open.length === 0 ? ordinal : Math.min(...open) - 1);
          expect(mark.value).toBeGreaterThanOrEqual(last);
          last = mark.value;
        }
      }),
    );
  });

  it('holds no more than what is open, over a long run', () => {
    const mark = new LowWaterMark(0);
    for (let ordinal = 1; ordinal <= 200_000; ordinal++) {
      mark.claim(ordinal);
      if (ordinal > 100) mark.finish(ordinal - 100);
    }
    expect(mark.value).toBe(199_900);
  });
});
