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

  it('of two jobs on one limiter do not undo each other: the lowest count, while their job lasts', () => {
    let now = 0;
    const registry = new LimiterRegistry({ scheduler: clock(() => now), random: () => 1 });
    const slow = registry.enter('scope', { requestsPerMinute: 60 }, 50);
    const fast = registry.enter('scope', { requestsPerMinute: 120, tokensPerMinute: 1e9 }, 50);
    const free = registry.enter('scope', {}, 50);
    const jobs = [slow, fast, free];
    let turn = 0;
    const gate = (): Limiter => jobs[turn++ % jobs.length]!.of('model');
    const minute = (from: number): number => passing(gate, 60_000, (at) => (now = from + at));
    expect(minute(0)).toBeGreaterThanOrEqual(55);
    expect(free.of('model').state).toMatchObject({
      requests: { perMinute: 60, source: 'option' },
      tokens: { perMinute: 1e9 },
    });
    expect(minute(60_000)).toBeLessThanOrEqual(65);
    slow.leave();
    jobs.shift();
    const passed = minute(120_000);
    expect(passed).toBeGreaterThan(100);
    expect(passed).toBeLessThanOrEqual(125);
    fast.leave();
    expect(free.of('model').state).toMatchObject({ requests: null, tokens: null });
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
    const [a, again, b] = ['a', 'a', 'b'].map((scope) => registry.enter(scope, {}, 50));
    expect(again!.of('m')).toBe(a!.of('m'));
    expect(a!.of('n')).not.toBe(a!.of('m'));
    expect(b!.of('m')).not.toBe(a!.of('m'));
    expect(a!.of(undefined)).not.toBe(a!.of('m'));
    expect(again!.of(undefined)).toBe(a!.of(undefined));
  });

  it('are those of a thousand models at most, and of those with a request under way', () => {
    const registry = new LimiterRegistry({ scheduler: asyncScheduler, random: () => 1 });
    const run = registry.enter('scope', { requestsPerMinute: 600 }, 50);
    const [busy, idle] = [run.of('busy'), run.of('idle')];
    const permit = busy.tryAdmit(1)!;
    for (let n = 0; n < 5_000; n++) run.of(`model ${n}`);
    expect(run.of('busy')).toBe(busy);
    expect(run.of('idle')).not.toBe(idle);
    expect(run.of('idle').state.requests).toEqual({ perMinute: 600, source: 'option' });
    permit.released();
    for (let n = 0; n < 1_000; n++) run.of(`another ${n}`);
    expect(run.of('busy')).not.toBe(busy);
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
