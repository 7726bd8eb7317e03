import { LatencyTrend } from '../../lib/pacing/latency-trend.js';

interface Phase {
  readonly forMs: number;
  /** One answer each. */
  readonly everyMs: number;
  readonly latencyMs: number;
}

/** What is said during phases that follow each other; a second after a cut is asked for, latency is times `cutHelps`. */
function verdicts(phases: readonly Phase[], cutHelps = 1): string[] {
  const trend = new LatencyTrend();
  const said: string[] = [];
  const cuts: number[] = [];
  let now = 0;
  for (const { forMs, everyMs, latencyMs } of phases) {
    for (const end = now + forMs; now < end; now += everyMs) {
      const helped = cuts.filter((at) => now - at > 1_000).length;
      const verdict = trend.note(latencyMs * cutHelps ** helped, now);
      if (verdict !== undefined) said.push(typeof verdict === 'number' ? 'rising' : verdict);
      if (typeof verdict === 'number') cuts.push(now);
    }
  }
  return said;
}

const quick: Phase = { forMs: 5_000, everyMs: 20, latencyMs: 400 };

describe('LatencyTrend', () => {
  it('says nothing while all is as it was', () => {
    expect(verdicts([{ ...quick, forMs: 600_000 }])).toEqual([]);
  });

  it('sees a server where requests only queue: far slower, and no more comes out', () => {
    expect(verdicts([quick, { ...quick, latencyMs: 2_000 }], 0.5)).toEqual(['rising']);
  });

  it.each<[string, Phase]>([
    ['a server that batches: slower, and more comes out', { ...quick, latencyMs: 2_000, everyMs: 10 }],
    ['one that is slower, but not by much', { ...quick, latencyMs: 1_000 }],
    ['a few slow answers', { forMs: 200, everyMs: 20, latencyMs: 60_000 }],
  ])('lets %s alone', (_what, phase) => {
    expect(verdicts([quick, phase, quick], 0.5)).toEqual([]);
  });

  it('asks for less once more where that helped, and requests still queue', () => {
    const slow = { ...quick, forMs: 20_000, latencyMs: 8_000 };
    expect(verdicts([quick, slow], 0.5)).toEqual(['rising', 'rising', 'rising']);
  });

  it('takes longer answers for what they are: a cut was in vain, and is not tried again', () => {
    expect(verdicts([quick, { ...quick, forMs: 60_000, latencyMs: 2_000 }])).toEqual(['rising', 'vain']);
  });

  it('goes along with what becomes slow by and by', () => {
    const phases = Array.from({ length: 200 }, (_, n) => ({ ...quick, forMs: 1_100, latencyMs: 400 * 1.015 ** n }));
    expect(phases.at(-1)!.latencyMs).toBeGreaterThan(10 * quick.latencyMs);
    expect(verdicts(phases)).toEqual([]);
  });

  it('waits for a second’s answers, and for twenty: fewer say little', () => {
    const burst = (latencyMs: number): Phase => ({ forMs: 900, everyMs: 5, latencyMs });
    expect(verdicts([burst(100), burst(10_000)])).toEqual([]);
    const few = (latencyMs: number): Phase => ({ forMs: 9_000, everyMs: 1_000, latencyMs });
    expect(verdicts([few(100), few(10_000)])).toEqual([]);
  });

  it('says how many at a time are enough: those that are worked on, and as many that wait', () => {
    const trend = new LatencyTrend();
    const said: unknown[] = [];
    // One answer every 20 ms of 400 ms: twenty are worked on.
    for (let now = 0; now < 8_000; now += 20) said.push(trend.note(now < 4_000 ? 400 : 3_000, now));
    const [enough] = said.filter((verdict) => verdict !== undefined);
    expect(enough).toBeGreaterThanOrEqual(40);
    expect(enough).toBeLessThan(50);
  });
});
