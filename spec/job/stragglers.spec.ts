import { map, NEVER, timer } from 'rxjs';
import type { ScriptedRequest } from '../../lib/testing/index.js';
import { virtualRuns } from '../support/virtual-run.js';

const run = virtualRuns();

/** Answers after 100 ms, but for one item that is stuck so many times. */
const stuck =
  (itemId: string, times: number) =>
  (request: ScriptedRequest): unknown =>
    request.itemId === itemId && request.time <= times ? NEVER : timer(100).pipe(map(() => 1));

describe('stragglerFactor', () => {
  it('ends a last request that is stuck, and sends it again without using an attempt', () => {
    const { results, log, tookMs } = run(stuck('i29', 1), { items: 30, stragglerFactor: 3, maxAttempts: 1 });
    expect(results.get('i29')).toMatchObject({ ok: true, attempts: 1 });
    const tries = log.requests.filter(({ itemId }) => itemId === 'i29');
    expect(tries.map(({ state, attempt, signal }) => [state, attempt, signal.aborted])).toEqual([
      ['given up', 1, true],
      ['answered', 1, false],
    ]);
    // Never before a second.
    expect(tookMs).toBeGreaterThanOrEqual(1_000);
    expect(tookMs).toBeLessThan(3_000);
  });

  it('gives it twice as long each time', () => {
    const { log, results } = run(stuck('i29', 4), { items: 30, stragglerFactor: 3, backoffBaseMs: 0 });
    const waits = log.requests
      .filter(({ state }) => state === 'given up')
      .map(({ sentAt, endedAt }) => endedAt! - sentAt);
    expect(waits).toHaveLength(4);
    for (let n = 1; n < waits.length; n++) expect(waits[n]! / waits[n - 1]!).toBeCloseTo(2, 0);
    expect(results.get('i29')).toMatchObject({ ok: true, attempts: 1 });
  });

  it('says nothing to others on the same limiter', () => {
    const { progress } = run(stuck('i29', 1), { items: 30, stragglerFactor: 3 });
    expect(progress.every(({ pacing }) => pacing.state === 'open' && pacing.refusals === 0)).toBe(true);
  });

  it.each([
    ['where it is not set', undefined, 30],
    ['while too few answers are known', 3, 15],
  ])('gives nothing up %s', (_what, stragglerFactor, count) => {
    const { log, tookMs } = run(stuck('i3', 1), {
      items: count,
      stragglerFactor,
      attemptTimeoutMs: 60_000,
      backoffBaseMs: 0,
    });
    expect(log.requests.filter(({ itemId }) => itemId === 'i3').map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(tookMs).toBeGreaterThanOrEqual(60_000);
  });
});
