import { settle, timeline, type Entry } from './programs/support/quota/ledger.js';
import { limitHeaders, refusalBody } from './programs/support/quota/limit-headers.js';
import { quotaItems, toPrompt } from './programs/support/quota/quota-items.js';
import { Quota, type Charge, type QuotaOptions } from './programs/support/quota/quota.js';

const windowMs = 10_000;
const one: Charge = { requests: 1, tokens: 100 };
const ones = (count: number): Charge[] => Array.from({ length: count }, () => one);

describe('Quota', () => {
  it.each<[string, QuotaOptions, number, number]>([
    ['of requests', { windowMs, requests: 600 }, 1_500, 15_000],
    ['by the tenth', { windowMs, requests: 600, parts: 10 }, 1_000, 15_667],
    ['of tokens', { windowMs, tokens: 60_000 }, 1_500, 15_000],
    ['shared with others', { windowMs, requests: 600, othersShare: 0.4 }, 1_100, 13_889],
    ['of both: the tighter', { windowMs, requests: 600, tokens: 30_000 }, 900, 20_000],
    ['halved', { windowMs, requests: 600, changes: [{ afterMs: 8_000, factor: 0.5 }] }, 1_500, 22_000],
    ['doubled', { windowMs, requests: 600, changes: [{ afterMs: 8_000, factor: 2 }] }, 2_280, 18_000],
  ])('%s', (_, options, items, expected) => {
    expect(new Quota(options).idealMs(ones(items))).toBeCloseTo(expected, -1);
  });

  it('names the limit that is waited for longest', () => {
    const quota = new Quota({ windowMs, requests: 600, tokens: 100 });
    expect(quota.admit(one, 0)).toEqual({ admitted: true });
    expect(quota.admit(one, 0)).toMatchObject({ admitted: false, dimension: { name: 'tokens' }, waitMs: 10_000 });
  });

  it('charges a refusal where it counts too', () => {
    const options = { windowMs, requests: 1 };
    const levels = [false, true].map((chargeRefused) => {
      const quota = new Quota({ ...options, chargeRefused });
      quota.admit(one, 0);
      quota.admit(one, 5_000);
      return quota.dimensions[0]?.enforced.level(5_000);
    });
    expect(levels).toEqual([0.5, 0]);
  });

  it('tells of the whole window where it enforces a tenth', () => {
    const quota = new Quota({ windowMs, requests: 600, parts: 10 });
    quota.admit(one, 0);
    expect(limitHeaders(quota.dimensions, 0)).toEqual({
      'x-ratelimit-limit-requests': '600',
      'x-ratelimit-remaining-requests': '599',
      'x-ratelimit-reset-requests': '17ms',
    });
  });

  it('says nothing of the wait where it has no headers', () => {
    const dimension = new Quota({ windowMs, requests: 600 }).dimensions[0]!;
    expect(refusalBody(dimension, 1_500)).toContain('try again in 1.5s');
    expect(refusalBody(dimension, undefined)).not.toMatch(/try again|600/);
  });
});

describe('settle', () => {
  const entry = (itemId: string, atMs: number, admitted = true): Entry => {
    return { itemId, atMs, charge: one, admitted, answered: true };
  };

  it('compares with what the buckets could have admitted', () => {
    const entries = [entry('a', 0), entry('b', 4_000, false), entry('b', 8_000), entry('a', 20_000)];
    expect(settle(entries, { windowMs, requests: 1 })).toEqual({
      ...{ requests: 4, refused: 1, refusedShare: 0.25, answered: 2, sentTwice: 1 },
      ...{ admittingMs: 20_000, idealMs: 10_000, used: 0.5, foundMs: 0 },
    });
  });

  it('knows when the limit was found', () => {
    const times = [0, 2_000, 4_000, 5_000, 6_000, 7_000];
    const entries = times.map((atMs) => entry(String(atMs), atMs));
    const found = (windowMs: number) => settle(entries, { windowMs, requests: 1 }).foundMs;
    expect(found(1_000)).toBe(7_000);
    expect(found(1_300)).toBe(6_000);
    expect(found(2_000)).toBe(0);
  });

  it('shows the seconds', () => {
    expect(timeline([entry('a', 0), entry('b', 10), entry('c', 20, false), entry('d', 2_100)])).toBe('2-1 0 1');
  });
});

describe('quotaItems', () => {
  it('has the charges asked for, the same for every client', () => {
    const items = quotaItems({ items: 400, tokens: [100, 1_400], block: 100 });
    const charges = items.map((item) => item.maxTokens ?? item.prompt.length / 4);
    expect(Math.min(...charges)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...charges.slice(0, 100))).toBeLessThanOrEqual(750);
    expect(Math.min(...charges.slice(100, 200))).toBeGreaterThanOrEqual(750);
    expect(items.map((item) => toPrompt(item).length / 4)).toEqual(charges);
  });
});
