import * as fc from 'fast-check';
import { Latencies } from '../../lib/run/latencies.js';

function noted(...ms: readonly number[]): Latencies {
  const latencies = new Latencies();
  for (const each of ms) latencies.note(each);
  return latencies;
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n + 1);

describe('Latencies', () => {
  it('says nothing before twenty answers', () => {
    expect(noted(...upTo(19)).p95).toBeUndefined();
    expect(noted(...upTo(20)).p95).toBe(20);
  });

  it('names what nineteen in twenty stay below, in whatever order they come', () => {
    expect(noted(...upTo(100)).p95).toBe(96);
    expect(noted(...upTo(100).reverse()).p95).toBe(96);
    expect(noted(...Array<number>(95).fill(10), ...Array<number>(4).fill(9_000)).p95).toBe(10);
  });

  it('goes by the last few hundred', () => {
    expect(noted(...Array<number>(2_000).fill(9_000), ...Array<number>(512).fill(10)).p95).toBe(10);
  });

  it('learns on', () => {
    const latencies = noted(...Array<number>(100).fill(10));
    expect(latencies.p95).toBe(10);
    for (let n = 0; n < 32; n++) latencies.note(500);
    expect(latencies.p95).toBe(500);
  });

  it('is one of the answers, and no less than nineteen in twenty', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100_000), { minLength: 20, maxLength: 600 }), (all) => {
        const last = all.slice(-512);
        const { p95 } = noted(...all);
        expect(last).toContain(p95);
        expect(last.filter((ms) => ms <= p95!).length).toBeGreaterThanOrEqual(0.95 * last.length);
      }),
    );
  });
});
