import * as fc from 'fast-check';
import { RateSearch, type RefusalAt } from '../../lib/pacing/rate-search.js';
import { Bucket } from './support/bucket.js';

const refusal = (parts: Partial<RefusalAt>): RefusalAt => ({
  now: 0,
  admitted: 0,
  usual: 1,
  recentPerMs: undefined,
  ...parts,
});

/** What was found: the ceiling once the curve is back at it. */
const found = (search: RateSearch, cutAt: number): number => search.ceiling(cutAt + search.plateauMs)!;

/** A search that was refused at 10 s, two a millisecond being sent. */
function refusedOnce(parts: Partial<RefusalAt> = {}): RateSearch {
  const search = new RateSearch();
  search.refused(refusal({ now: 10_000, admitted: 15_000, recentPerMs: 2, ...parts }));
  return search;
}

/** The same, and again at 20 s: one a millisecond flowed in. */
function refusedTwice(): RateSearch {
  const search = refusedOnce();
  search.refused(refusal({ now: 20_000, admitted: 25_000 }));
  return search;
}

describe('RateSearch', () => {
  it('is sped up as long as the ceiling is in reach, and has none then', () => {
    const search = refusedTwice();
    const ceiling = found(search, 20_000);
    search.speedUp(ceiling, 20_000);
    expect(found(search, 20_000)).toBeCloseTo(4 * ceiling);
    search.speedUp(undefined, 20_000);
    expect(found(search, 20_000)).toBeCloseTo(16 * ceiling);
    search.speedUp(7 * ceiling, 20_000);
    expect(search.ceiling(20_000)).toBeUndefined();
    search.speedUp(1, 20_000);
    expect(search.ceiling(20_000)).toBeUndefined();
  });

  it('knows no ceiling before a refusal', () => {
    expect(new RateSearch().ceiling(5)).toBeUndefined();
  });

  describe('at a first refusal', () => {
    it('knows none where it was a first burst: that is no rate', () => {
      expect(refusedOnce({ recentPerMs: undefined }).ceiling(10_000)).toBeUndefined();
    });

    it('takes some way off what was sent lately', () => {
      expect(found(refusedOnce(), 10_000)).toBeGreaterThan(1);
      expect(found(refusedOnce(), 10_000)).toBeLessThan(1.8);
    });

    it('takes what the provider claims where that is less', () => {
      expect(found(refusedOnce({ toldPerMs: 0.5 }), 10_000)).toBe(0.5);
      expect(found(refusedOnce({ toldPerMs: 0.5, recentPerMs: undefined }), 10_000)).toBe(0.5);
      expect(found(refusedOnce({ toldPerMs: 5 }), 10_000)).toBe(found(refusedOnce(), 10_000));
    });

    it('takes a guess where it is told one, and none for nothing', () => {
      const search = refusedOnce({ recentPerMs: undefined });
      search.guess(0);
      expect(search.ceiling(10_000)).toBeUndefined();
      search.guess(0.3);
      search.guess(0.8);
      expect(found(search, 10_000)).toBe(0.3);
    });
  });

  describe('between two refusals', () => {
    it('measures exactly what flowed in', () => {
      expect(found(refusedTwice(), 20_000)).toBe(1);
    });

    it('whatever the bucket holds, and however fast it was emptied', () => {
      const rates = fc.double({ min: 0.01, max: 3, noNaN: true });
      const sizes = fc.double({ min: 2, max: 2_000, noNaN: true });
      const paces = fc.double({ min: 1.2, max: 6, noNaN: true });
      fc.assert(
        fc.property(rates, sizes, paces, (perMs, size, pace) => {
          const bucket = new Bucket(size, size, perMs);
          let [now, admitted] = [0, 0];
          const send = (times: number, most = Infinity): void => {
            for (let n = 0; n < most && bucket.level(now) >= 1 - 1e-6; n++) {
              bucket.take(1, now);
              admitted++;
              now += 1 / (times * perMs);
            }
          };
          send(pace);
          const emptyAt = now;
          const search = refusedOnce({ now, admitted, recentPerMs: pace * perMs * 2 });
          now += 1 / perMs;
          // As fast as it fills, then faster.
          send(1, Math.max(40, 300 * perMs));
          send(pace);
          search.refused(refusal({ now, admitted }));
          // What it held at a refusal is less than one.
          expect(Math.abs(found(search, now) - perMs)).toBeLessThanOrEqual(2 / (now - emptyAt));
        }),
        { numRuns: 50 },
      );
    });

    it('leaves out what was refused after the first', () => {
      const search = refusedOnce();
      for (let n = 0; n < 500; n++) search.alsoRefused(1);
      search.refused(refusal({ now: 20_000, admitted: 24_500 }));
      expect(found(search, 20_000)).toBe(1);
    });

    it('learns nothing where nothing was admitted', () => {
      const search = refusedTwice();
      const { plateauMs } = search;
      const cut = search.ceiling(20_000);
      search.refused(refusal({ now: 30_000, admitted: 25_000 }));
      // Nor does it grow meanwhile.
      expect([search.ceiling(30_000), search.plateauMs]).toEqual([cut, plateauMs]);
    });

    it('never finds more than it used', () => {
      const search = refusedTwice();
      const before = search.ceiling(21_000)!;
      search.refused(refusal({ now: 21_000, admitted: 30_000 }));
      expect(found(search, 21_000)).toBe(before);
    });

    it.each([
      ['a moment', 20_100, 25_080],
      ['two requests', 21_000, 25_002],
    ])('takes less where %s is too little to measure', (_what, now, admitted) => {
      const search = refusedTwice();
      const before = search.ceiling(now)!;
      search.refused(refusal({ now, admitted }));
      expect(found(search, now)).toBeLessThan(before);
      expect(found(search, now)).toBeGreaterThan(0);
    });

    it('is not thrown off by one refusal that may be chance', () => {
      const search = refusedTwice();
      const before = search.ceiling(20_400)!;
      search.refused(refusal({ now: 20_400, admitted: 25_010 }));
      expect(found(search, 20_400)).toBeGreaterThan(before / 2);
    });

    it('measures tokens as well, by the size of a usual request', () => {
      const search = refusedOnce({ admitted: 15_000_000, usual: 1_000, recentPerMs: 2_000 });
      search.refused(refusal({ now: 20_000, admitted: 25_000_000, usual: 1_000 }));
      expect(found(search, 20_000)).toBe(1_000);
    });
  });

  describe('after a cut', () => {
    it('uses a little less than it found, then that, then more, in case there is more', () => {
      const search = refusedTwice();
      const at = (times: number): number => search.ceiling(20_000 + times * search.plateauMs)!;
      expect(at(0)).toBeGreaterThan(0.9);
      expect([at(0) < 1, at(1), at(2) > 1, at(2) < 1.1, at(10) > 2]).toEqual([true, 1, true, true, true]);
    });

    it('comes back sooner while little is known, and never before a second', () => {
      const search = refusedTwice();
      const early = search.plateauMs;
      for (let n = 3; n < 9; n++) search.refused(refusal({ now: n * 10_000, admitted: 5_000 + n * 10_000 }));
      expect(early).toBe(1_000);
      const slow = refusedOnce({ admitted: 150, recentPerMs: 0.02 });
      const first = slow.plateauMs;
      for (let n = 2; n < 9; n++) slow.refused(refusal({ now: n * 10_000, admitted: 50 + n * 100 }));
      expect(slow.plateauMs).toBeGreaterThan(2 * first);
    });
  });

  it('is scaled where there are other reasons, from then on', () => {
    const search = refusedTwice();
    search.scale(4, 30_000);
    expect(found(search, 30_000)).toBe(4);
    const none = new RateSearch();
    none.scale(4, 0);
    expect(none.ceiling(0)).toBeUndefined();
  });
});
