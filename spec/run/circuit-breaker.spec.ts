import * as fc from 'fast-check';
import type { Result } from '../../lib/core/result.js';
import { CircuitBreaker } from '../../lib/run/circuit-breaker.js';
import { failure } from './support.js';

const ok: Result = { itemId: 'a', ok: true, output: 1, attempts: 1 };
const bad: Result = { itemId: 'a', ok: false, error: failure, attempts: 1 };

const note = (breaker: CircuitBreaker, results: readonly Result[]): (string | undefined)[] =>
  results.map((result) => breaker.note(result));

describe('CircuitBreaker', () => {
  it('trips with the failure beyond maxFailures, and quotes it', () => {
    const breaker = new CircuitBreaker({ maxFailures: 2 });
    expect(note(breaker, [bad, ok, bad, ok, bad])).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      '3 items failed, more than maxFailures (2); the last said: failed',
    ]);
  });

  it('trips with the first failure where none is allowed', () => {
    expect(note(new CircuitBreaker({ maxFailures: 0 }), [ok, bad])[1]).toBe(
      '1 items failed, more than maxFailures (0); the last said: failed',
    );
  });

  it('trips on the share of failures, once twenty items say something', () => {
    const breaker = new CircuitBreaker({ maxFailureRate: 0.5 });
    const results = [...Array<Result>(9).fill(ok), ...Array<Result>(12).fill(bad)];
    const trips = note(breaker, results);
    expect(trips.findIndex((trip) => trip !== undefined)).toBe(19);
    expect(trips[19]).toBe('11 of 20 items failed, more than maxFailureRate (0.5); the last said: failed');
  });

  it('never trips without limits, nor on a success', () => {
    const limits = fc.record({
      maxFailures: fc.option(fc.nat(5), { nil: undefined }),
      maxFailureRate: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
    });
    fc.assert(
      fc.property(limits, fc.array(fc.boolean(), { maxLength: 80 }), ({ maxFailures, maxFailureRate }, outcomes) => {
        const breaker = new CircuitBreaker({ maxFailures, maxFailureRate });
        let failed = 0;
        outcomes.forEach((good, n) => {
          if (!good) failed++;
          const tripped = breaker.note(good ? ok : bad) !== undefined;
          const tooMany = maxFailures !== undefined && failed > maxFailures;
          const tooOften = maxFailureRate !== undefined && n + 1 >= 20 && failed / (n + 1) > maxFailureRate;
          expect(tripped).toBe(!good && (tooMany || tooOften));
        });
      }),
    );
  });
});
