import { NoiseWatch, type Tally } from '../../lib/pacing/noise-watch.js';

/** Cuts one after another, each so many requests after the last, at falling paces; what each one is judged. */
function cuts(watch: NoiseWatch, paces: readonly number[], { every = 20, refused = 1, from = 0 } = {}): boolean[] {
  return paces.map((pace, n) => watch.cutIsFutile({ sent: from + every * (n + 1), refused: refused * (n + 1) }, pace));
}

/** A pace that is a third lower with each cut. */
const falling = (count: number): number[] => Array.from({ length: count }, (_, n) => 100 * 0.66 ** n);

/** One in twenty is held to be chance since then: sent 160, refused 8. */
function tolerating(): NoiseWatch {
  const watch = new NoiseWatch();
  cuts(watch, falling(8));
  return watch;
}

const after = (sent: number, refused: number): Tally => ({ sent: 160 + sent, refused: 8 + refused });

describe('NoiseWatch', () => {
  it('takes a cut for what it is, until many have been no help', () => {
    expect(cuts(new NoiseWatch(), falling(8))).toEqual([...Array<boolean>(7).fill(false), true]);
  });

  it.each<[string, number[], Parameters<typeof cuts>[2]]>([
    ['where the pace was not even halved', Array<number>(30).fill(100), {}],
    [
      'where it fell by less than startup makes it fall',
      Array.from({ length: 30 }, (_, n) => 100 * 0.8 ** Math.min(n, 8)),
      {},
    ],
    ['where cuts are far apart: the ceiling is found and tried', falling(30), { every: 450 }],
    ['where the pace fell once: the limit did', [...Array<number>(9).fill(100), 60, ...Array<number>(20).fill(50)], { every: 200 }], // prettier-ignore
    ['where it fell by less with each than chance makes it fall', Array.from({ length: 30 }, (_, n) => 100 * 0.93 ** n), { every: 150 }], // prettier-ignore
    ['where they are so close that they are one', falling(10), { every: 4 }],
    ['where too many are refused', falling(30), { refused: 9 }],
  ])('never gives up cutting %s', (_what, paces, options) => {
    expect(cuts(new NoiseWatch(), paces, options)).not.toContain(true);
  });

  it.each([120, 200, 350])('sees that many have been no help, %p requests apart, too', (every) => {
    const paces = Array.from({ length: 8 }, (_, n) => 100 * 0.88 ** n);
    expect(cuts(new NoiseWatch(), paces, { every })).toEqual([...Array<boolean>(7).fill(false), true]);
    // One of them far from the others: it begins anew.
    const watch = new NoiseWatch();
    cuts(watch, paces.slice(0, 4), { every });
    expect(cuts(watch, paces.slice(4), { every, from: 4 * every + 500 })).not.toContain(true);
  });

  it('sees that it has been slow for long and goes on, and asks once whether that is the rate', () => {
    const slow = Array<number>(8).fill(10);
    const watch = new NoiseWatch();
    const first = cuts(watch, [100, 60, 36, 20, 12, ...slow], { every: 200 });
    expect(first.indexOf(true)).toBe(11);
    expect(watch.judge({ sent: 2_700, refused: 60 })).toBe('rate');
    expect(cuts(watch, [...slow, ...slow], { every: 200, from: 2_700 })).not.toContain(true);
  });

  it('takes a startup for what it is, where the next refusal comes late', () => {
    const watch = new NoiseWatch();
    cuts(watch, [160, 109, 91, 75, 63, 52, 43, 26], { every: 8 });
    expect(watch.cutIsFutile({ sent: 64 + 340, refused: 9 }, 26)).toBe(false);
  });

  it('judges nothing at other times', () => {
    expect(new NoiseWatch().judge({ sent: 1_000, refused: 900 })).toBeUndefined();
  });

  it('holds refusals to be chance then, and the pace to be too slow where it is looked at again', () => {
    const watch = tolerating();
    expect(watch.judge(after(10, 1))).toBe('chance');
    expect(watch.judge(after(20, 2))).toBe('chance');
    expect(watch.judge(after(60, 3))).toBe('faster');
    expect(watch.judge(after(70, 4))).toBe('chance');
    expect(watch.judge(after(120, 6))).toBe('faster');
  });

  it('takes it back where far more are refused: it was the rate', () => {
    const watch = tolerating();
    expect(watch.judge(after(60, 30))).toBe('rate');
    expect(watch.judge(after(70, 31))).toBeUndefined();
    expect(cuts(watch, falling(7), { from: 300 })).not.toContain(true);
  });
});
