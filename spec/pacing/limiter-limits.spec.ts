import { asyncScheduler } from 'rxjs';
import type { Limiter } from '../../lib/pacing/limiter.js';
import { LimiterRegistry } from '../../lib/pacing/limiter-registry.js';
import { ask, clock, enter, limiter } from './support/gate.js';

describe('limits set by hand', () => {
  /** Requests let in within so many milliseconds, by those who keep asking. */
  const passing = (gate: () => Limiter, forMs: number, step: (now: number) => void): number => {
    let passed = 0;
    for (let now = 0; now < forMs; now += 100) {
      step(now);
      const permit = gate().tryAdmit(1);
      if (permit === undefined) continue;
      permit.succeeded();
      passed++;
    }
    return passed;
  };

  it('change while it runs: the newest win, at once for those who wait', () => {
    const planned: { work: () => void; delay: number }[] = [];
    let now = 0;
    const scheduler = {
      now: () => now,
      schedule: (work: () => void, delay: number) => (planned.push({ work, delay }), { unsubscribe: () => undefined }),
    };
    const gate = limiter({ scheduler: scheduler as never, requestsPerMinute: 1 });
    const seen: string[] = [];
    for (const name of ['a', 'b']) enter(gate, name).subscribe((entered) => seen.push(entered));
    expect(seen).toEqual(['a']);
    now = 1_000;
    gate.configure({});
    expect(seen).toEqual(['a', 'b']);
  });

  it('of two jobs on one limiter do not undo each other', () => {
    let now = 0;
    const registry = new LimiterRegistry({ scheduler: clock(() => now), random: () => 1 });
    const slow = { requestsPerMinute: 60 };
    const fast = { requestsPerMinute: 120 };
    let turn = 0;
    const gate = (): Limiter => registry.limiter('scope', 'model', turn++ % 2 === 0 ? slow : fast);
    const passed = passing(gate, 60_000, (at) => (now = at));
    expect(passed).toBeGreaterThanOrEqual(55);
    expect(passed).toBeLessThanOrEqual(125);
  });

  it('are a ceiling on what the provider tells', () => {
    let now = 0;
    const gate = limiter({ scheduler: clock(() => now), requestsPerMinute: 300, tokensPerMinute: 9_000_000 });
    const tokens = { limit: 60_000, remaining: 59_000, resetMs: 1_000 };
    ask(gate, 1, 1_000)[0]!.succeeded({
      limits: { requests: { limit: 6_000, remaining: 5_999, resetMs: 10 }, tokens },
    });
    expect(gate.state).toMatchObject({
      requests: { perMinute: 300, source: 'option' },
      tokens: { perMinute: 60_000, source: 'provider' },
    });
    const passed = passing(() => gate, 60_000, (at) => (now = at)); // prettier-ignore
    expect(passed).toBeGreaterThan(290);
    expect(passed).toBeLessThanOrEqual(305);
  });

  it('belong to one scope and model', () => {
    const registry = new LimiterRegistry({ scheduler: asyncScheduler, random: () => 1 });
    const limits = { requestsPerMinute: undefined, tokensPerMinute: undefined };
    const one = registry.limiter('a', 'm', limits);
    expect(registry.limiter('a', 'm', limits)).toBe(one);
    expect(registry.limiter('a', 'n', limits)).not.toBe(one);
    expect(registry.limiter('b', 'm', limits)).not.toBe(one);
    expect(registry.limiter('a', undefined, limits)).not.toBe(one);
    expect(registry.limiter('a', undefined, limits)).toBe(registry.limiter('a', undefined, limits));
  });
});

describe('tokens that are counted in the end', () => {
  it('are given back, and later requests are charged by what earlier ones took', () => {
    let now = 0;
    const gate = limiter({ scheduler: clock(() => now), tokensPerMinute: 60_000 });
    const [first, ...others] = ask(gate, 3, 1_000);
    expect(others).toHaveLength(0);
    first!.succeeded({ usedTokens: 250 });
    // 750 are left, and each of those that wait is held to take 250.
    expect(gate.state.waiting).toBe(0);
    now = 1_000;
    expect(ask(gate, 9, 1_000)).toHaveLength(4);
  });

  it('correct what a limit means in estimates', () => {
    const gate = limiter({ scheduler: clock(() => 0) });
    const [permit] = ask(gate, 1, 1_000);
    expect([gate.tokenLimit, gate.largest]).toEqual([undefined, 0]);
    const limits = { tokens: { limit: 10_000, remaining: 9_000, resetMs: 6_000 } };
    permit!.succeeded({ limits, usedTokens: 500 });
    expect([gate.tokenLimit, gate.largest]).toEqual([20_000, 1_000]);
    ask(gate, 1, 10)[0]!.succeeded({ usedTokens: 5 });
    expect(gate.largest).toBe(1_000);
  });
});
