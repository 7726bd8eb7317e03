import { describeCount, describeProgress, describeState } from '../../lib/cli/progress/describe-progress.js';
import { describeEnd } from '../../lib/cli/progress/describe-end.js';
import { compact, dollars, duration, plural } from '../../lib/cli/progress/format.js';
import { openPacing, type Progress } from '../../lib/core/progress.js';
import { progress } from './support/fixtures.js';

const at = 1_000_000;
describe('describeProgress', () => {
  it.each<[Partial<Progress>, string]>([
    [{}, '120/2,000 done'],
    [{ totalKnown: false }, '120/2,000+ done'],
    [{ total: 0, done: 0 }, '0/0 done'],
  ])('count of %j', (change, text) => expect(describeCount({ ...progress, ...change })).toBe(text));

  it.each<[Partial<Progress>, string]>([
    [{}, '117 ok, 3 failed, 840 req/min, 12.3k tok/min, eta 1 min 20 s'],
    [{ failed: 0, cost: 0.0123, etaMs: null }, '117 ok, 840 req/min, 12.3k tok/min, $0.012'],
    [
      { pacing: { ...openPacing, state: 'held', until: at + 11_400, waiting: 3, refusals: 1 }, etaMs: null, failed: 0 },
      '117 ok, 840 req/min, 12.3k tok/min, rate limited, opens in 12 s',
    ],
    [
      {
        pacing: { ...openPacing, state: 'held', until: null, waiting: 3, refusals: 1 },
        rate: { itemsPerMinute: 0, requestsPerMinute: 0, tokensPerMinute: 0 },
        etaMs: null,
      },
      '117 ok, 3 failed, rate limited',
    ],
    [
      {
        pacing: { ...openPacing, state: 'held', until: at + 3_000, outage: true, waiting: 3 },
        rate: { itemsPerMinute: 0, requestsPerMinute: 0, tokensPerMinute: 0 },
        etaMs: null,
      },
      '117 ok, 3 failed, nothing is answered, next try in 3 s',
    ],
    [{ status: 'paused' }, '117 ok, 3 failed'],
  ])('state of %j', (change, text) => expect(describeState({ ...progress, ...change }, at)).toBe(text));
});

it.each<[Partial<Progress>, string]>([
  [{ totalKnown: false, done: 0, inFlight: 0, total: 0 }, 'reading the input'],
  [{ totalKnown: false, done: 0, inFlight: 0, total: 70_000 }, 'reading the input: 70,000 requests'],
  [
    { totalKnown: false, done: 0, total: 70_000, ok: 0, failed: 0, etaMs: null },
    '0/70,000+ done: 0 ok, 840 req/min, 12.3k tok/min',
  ],
])('describeProgress of %j', (change, text) => expect(describeProgress({ ...progress, ...change }, at)).toBe(text));

describe('describeEnd', () => {
  const end: Progress = { ...progress, status: 'completed', total: 120, pending: 0, inFlight: 0 };
  it.each<[Partial<Progress>, string]>([
    [{}, 'completed: 120 items, 117 ok, 3 failed; 12,345 tokens in, 678 out; 14 s'],
    [{ total: 1, ok: 1, failed: 0, tokens: { input: 0, output: 0 } }, 'completed: 1 item, 1 ok, 0 failed; 14 s'],
    [
      { status: 'cancelled', pending: 80, cost: 1.5 },
      'cancelled: 120 items, 117 ok, 3 failed, 80 not sent; 12,345 tokens in, 678 out, $1.50; 14 s',
    ],
  ])('%j', (change, text) => expect(describeEnd({ ...end, ...change }, 13_500)).toBe(text));
});

describe('numbers', () => {
  it.each([
    [0, '0'],
    [949, '949'],
    [9_949, '9,949'],
    [12_345, '12.3k'],
    [999_600, '1.0M'],
  ])('compact %i', (value, text) => expect(compact(value)).toBe(text));
  it.each([
    [0, '0 s'],
    [-5, '0 s'],
    [1, '1 s'],
    [60_000, '1 min'],
    [61_000, '1 min 1 s'],
    [3_600_000, '1 h'],
    [5 * 3_600_000 + 600_000, '5 h 10 min'],
    [50 * 3_600_000, '2 d 2 h'],
  ])('duration %i', (value, text) => expect(duration(value)).toBe(text));
  it.each([
    [0, '$0.00'],
    [0.0042, '$0.0042'],
    [12.345, '$12.35'],
  ])('dollars %d', (value, text) => expect(dollars(value)).toBe(text));
  it('plural', () => expect([plural(1, 'item'), plural(2, 'item')]).toEqual(['1 item', '2 items']));
});
