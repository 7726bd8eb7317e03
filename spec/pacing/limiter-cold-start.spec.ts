import { asyncScheduler } from 'rxjs';
import type { Limiter } from '../../lib/pacing/limiter.js';
import type { Permit } from '../../lib/pacing/permit.js';
import { marbles } from '../support/marbles.js';
import { limiter } from './support/gate.js';

/** Asks for so many at once; how many are let in at which time, each of them going on as `then` says. */
function entries(gate: Limiter, count: number, then: (permit: Permit) => void = () => {}): Record<number, number> {
  const at: Record<number, number> = {};
  for (let n = 0; n < count; n++) {
    gate.admit(1).subscribe((permit) => {
      const now = asyncScheduler.now();
      at[now] = (at[now] ?? 0) + 1;
      then(permit);
    });
  }
  return at;
}

/** Goes on after so many milliseconds. */
const later =
  (ms: number, end: (permit: Permit) => void) =>
  (permit: Permit): void =>
    void asyncScheduler.schedule(() => end(permit), ms);

/** Let in by a time. */
const by = (at: Record<number, number>, ms: number): number =>
  Object.entries(at).reduce((sum, [time, count]) => sum + (Number(time) <= ms ? count : 0), 0);

describe('a cold start', () => {
  it(
    'takes silence for good news: twice as many each quarter of a second',
    marbles(({ flush }) => {
      const at = entries(limiter(), 256);
      flush();
      expect(at).toEqual({ 0: 16, 250: 16, 500: 32, 750: 64, 1000: 128 });
    }),
  );

  it(
    'takes answers for better: several more for each',
    marbles(({ flush }) => {
      const at = entries(limiter(), 2_000, later(100, (permit) => permit.succeeded())); // prettier-ignore
      flush();
      expect(at[0]).toBe(16);
      expect(at[100]).toBeGreaterThan(32);
      expect(at[200]).toBeGreaterThan(2 * at[100]!);
      expect(by(at, 99)).toBe(16);
    }),
  );

  it.each([
    [64, 16],
    [1_000, 250],
  ])('with a concurrency of %i begins with %i', (concurrency, first) => {
    marbles(({ flush }) => {
      const at = entries(limiter({ concurrency }), 1_000);
      flush();
      expect(at[0]).toBe(first);
    })();
  });

  it(
    'is over with the first answer that tells limits: twice what flows in then, until a burst has passed',
    marbles(({ flush }) => {
      const gate = limiter();
      let told = 0;
      const limits = () => ({ requests: { limit: 6_000, remaining: 6_000 - ++told, resetMs: 10 * told } });
      const at = entries(gate, 3_000, later(100, (permit) => permit.succeeded({ limits: limits() }))); // prettier-ignore
      flush();
      expect(gate.state).toMatchObject({ window: null, requests: { perMinute: 6_000, source: 'provider' } });
      // A hundred a second flow in.
      expect(by(at, 1_100)).toBeLessThanOrEqual(16 + 2 * 110 + 2);
      expect(by(at, 1_100)).toBeGreaterThan(150);
      expect(by(at, 5_000)).toBe(3_000);
    }),
  );

  it(
    'is over with the first overload: a window, which comes back by and by',
    marbles(({ flush }) => {
      const gate = limiter();
      const windows: (number | null)[] = [];
      let first = true;
      const at = entries(gate, 400, later(50, (permit) => {
        if (first) permit.failed({ kind: 'overloaded', unreached: false, firstFailedAt: undefined });
        else permit.succeeded();
        first = false;
      })); // prettier-ignore
      for (const ms of [60, 5_000, 10_051]) asyncScheduler.schedule(() => windows.push(gate.state.window), ms);
      flush();
      expect(by(at, 99)).toBeLessThan(32);
      expect(windows[0]).toBeLessThan(16);
      expect(windows[1]).toBeGreaterThan(windows[0]!);
      expect(windows[2]).toBe(16);
      expect(gate.state.requests).toBeNull();
    }),
  );
});
