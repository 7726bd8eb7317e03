import type { LimitReading } from '../../lib/core/limits.js';
import { Quota, type SetLimits } from '../../lib/pacing/quota.js';

const full = (limit: number): LimitReading => ({ limit, remaining: limit, resetMs: 0 });

function quota(set: SetLimits, told: { readonly requests?: LimitReading; readonly tokens?: LimitReading } = {}): Quota {
  const made = new Quota();
  made.configure(set, 0);
  if (told.requests !== undefined || told.tokens !== undefined) made.observe(told, made.spend(0, 0, 0), 0);
  return made;
}

describe('Quota', () => {
  it('holds nothing back where no limit is known', () => {
    const none = quota({});
    for (let n = 0; n < 1_000; n++) none.spend(9_000, 9_000, 0);
    expect([none.waitMs(9_000, 0), none.dayWaitMs(9_000, 0), none.explains(9_000, 0)]).toEqual([0, 0, false]);
    expect(none).toMatchObject({
      limits: { requests: null, tokens: null },
      toldRequests: undefined,
      tokenLimit: undefined,
    });
  });

  it.each<[string, SetLimits, number | undefined, object | null]>([
    ['that is set', { requestsPerMinute: 60 }, undefined, { perMinute: 60, source: 'option' }],
    ['that is told', {}, 90, { perMinute: 90, source: 'provider' }],
    ['that is set, where it is lower', { requestsPerMinute: 60 }, 90, { perMinute: 60, source: 'option' }],
    ['that is told, where it is lower', { requestsPerMinute: 600 }, 90, { perMinute: 90, source: 'provider' }],
    ['of the user where both are the same', { requestsPerMinute: 90 }, 90, { perMinute: 90, source: 'option' }],
  ])('names the limit of requests %s', (_what, set, told, limit) => {
    const made = quota(set, told === undefined ? {} : { requests: full(told) });
    expect(made.limits).toEqual({ requests: limit, tokens: null });
  });

  it('names the limit of tokens by itself', () => {
    const made = quota({ tokensPerMinute: 5_000 }, { requests: full(90), tokens: full(4_000) });
    expect(made.limits).toEqual({
      requests: { perMinute: 90, source: 'provider' },
      tokens: { perMinute: 4_000, source: 'provider' },
    });
    expect([made.tokenLimit, made.toldRequests?.perMs]).toEqual([4_000, 90 / 60_000]);
  });

  it.each<[string, SetLimits, object]>([
    ['requests set', { requestsPerMinute: 60 }, {}],
    ['tokens set', { tokensPerMinute: 6_000 }, {}],
    ['requests told', {}, { requests: { limit: 60, remaining: 0, resetMs: 60_000 } }],
    ['tokens told', {}, { tokens: { limit: 6_000, remaining: 0, resetMs: 60_000 } }],
  ])('lets a request pass only where all have room: %s', (_what, set, told) => {
    const made = quota({ requestsPerMinute: 60_000, tokensPerMinute: 60_000_000, ...set }, told);
    made.spend(100, 100, 0);
    expect(made.waitMs(100, 0)).toBeGreaterThanOrEqual(950);
    // None of these is a quota of a day.
    expect(made.dayWaitMs(100, 0)).toBe(0);
  });

  it('says whether limits have changed, and does not fill up again by that', () => {
    const made = quota({ requestsPerMinute: 60 });
    made.spend(1, 1, 0);
    expect(made.configure({ requestsPerMinute: 60, tokensPerMinute: undefined }, 0)).toBe(false);
    expect(made.configure({ requestsPerMinute: 120 }, 0)).toBe(true);
    expect(made.waitMs(1, 0)).toBe(500);
    expect(made.configure({}, 0)).toBe(true);
    expect(made.waitMs(1, 0)).toBe(0);
  });

  it('gives back what was charged too much, and takes what was charged too little', () => {
    const made = quota({ tokensPerMinute: 60_000 });
    const grant = made.spend(1_000, 1_000, 0);
    expect(made.waitMs(500, 0)).toBe(500);
    made.recount(grant, 200, 0);
    expect(made.waitMs(500, 0)).toBe(0);
    made.recount(grant, 1_800, 0);
    expect(made.waitMs(500, 0)).toBe(500);
  });

  it('corrects what the provider tells by it, too', () => {
    const made = quota({}, { tokens: full(1_000) });
    const grant = made.spend(900, 900, 0);
    const before = made.waitMs(500, 0);
    made.recount(grant, 100, 0);
    expect([before > 0, made.waitMs(500, 0) < before]).toEqual([true, true]);
  });

  it('says how long a quota of a day is to be waited for, by itself', () => {
    const day = quota({ requestsPerMinute: 1 }, { requests: { limit: 50, remaining: 0, resetMs: 86_400_000 } });
    expect(day.dayWaitMs(1, 0)).toBeGreaterThan(86_400_000 / 50 - 1);
    const minute = quota({}, { tokens: { limit: 1_000, remaining: 0, resetMs: 60_000 } });
    for (let n = 0; n < 100; n++) minute.spend(900, 900, 0);
    expect([minute.waitMs(900, 0) > 3_600_000, minute.dayWaitMs(900, 0)]).toEqual([true, 0]);
  });

  it('takes nothing for a request larger than what is told: it cannot pass', () => {
    const made = quota({}, { tokens: { limit: 1_000, remaining: 500, resetMs: 30_000 } });
    const before = made.waitMs(100, 0);
    const grant = made.spend(20_000, 20_000, 0);
    expect(made.waitMs(100, 0)).toBe(before);
    // It did, and took this much.
    made.recount(grant, 450, 0);
    expect(made.waitMs(100, 0)).toBeGreaterThan(before);
  });

  it.each<[string, LimitReading | undefined, LimitReading | undefined, boolean]>([
    ['no request is left', { limit: 60, remaining: 0, resetMs: 60_000 }, undefined, true],
    ['too few tokens are left', undefined, { limit: 1_000, remaining: 99, resetMs: 54_000 }, true],
    ['there is enough of both', full(60), { limit: 1_000, remaining: 200, resetMs: 48_000 }, false],
  ])('explains a refusal where %s', (_what, requests, tokens, explains) => {
    const told = { ...(requests && { requests }), ...(tokens && { tokens }) };
    expect(quota({}, told).explains(100, 0)).toBe(explains);
  });

  it.each<[string, SetLimits, number]>([
    ['one, as any other, where nothing is known', {}, 1],
    ['its part of the requests', { requestsPerMinute: 100 }, 0.01],
    ['its part of the tokens', { tokensPerMinute: 10_000 }, 0.05],
    ['whichever is more: tokens', { requestsPerMinute: 100, tokensPerMinute: 10_000 }, 0.05],
    ['whichever is more: requests', { requestsPerMinute: 10, tokensPerMinute: 10_000 }, 0.1],
  ])('knows the share that a request takes: %s', (_what, set, share) => {
    expect(quota(set).share(500)).toBeCloseTo(share, 9);
  });
});
