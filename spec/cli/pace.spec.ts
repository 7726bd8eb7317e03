import { describeJob } from '../../lib/cli/commands/show-status.js';
import { describeLimits, describeRate, describeWindow } from '../../lib/cli/progress/describe-pace.js';
import { describeProgress, describeState } from '../../lib/cli/progress/describe-progress.js';
import { drawBar } from '../../lib/cli/progress/draw-bar.js';
import { openPacing, type PacedLimit, type PacingState, type Progress } from '../../lib/core/progress.js';
import { info, progress } from './support/fixtures.js';

const at = 1_000_000;
const limit = (perMinute: number, source: PacedLimit['source'] = 'provider'): PacedLimit => ({ perMinute, source });
const limited: PacingState = { ...openPacing, requests: limit(3_500), tokens: limit(30_000, 'option') };
const paced: Progress = { ...progress, pacing: limited };
const held: Progress = { ...paced, pacing: { ...limited, state: 'held', until: at + 11_400, window: 60 } };

it.each<[number, PacedLimit | null, string]>([
  [840, null, '840 req/min'],
  [0, null, ''],
  [840, limit(3_500), '840/3,500 req/min'],
  [0, limit(3_500), '0/3,500 req/min'],
  [12_345, limit(30_000), '12.3k/30k req/min'],
  [12_345, limit(30_449.7, 'search'), '12.3k/30.4k req/min'],
  [1_900_000, limit(2_000_000), '1.9M/2M req/min'],
])('describeRate of %d against %j', (rate, known, text) => expect(describeRate(rate, known, 'req')).toBe(text));

it('describeWindow, where fewer may be in flight than were asked for', () => {
  expect(describeWindow(progress)).toBe('');
  expect(describeWindow({ ...progress, pacing: { ...openPacing, window: 60 } })).toBe('50/60 in flight');
});

it.each<[PacingState, string]>([
  [openPacing, ''],
  [limited, '3,500 requests/min (as the provider says), 30,000 tokens/min (as set)'],
  [
    { ...openPacing, window: 60, tokens: limit(29_999.7, 'search') },
    '30,000 tokens/min (found by trying), at most 60 in flight',
  ],
])('describeLimits of %j', (pacing, text) => expect(describeLimits(pacing)).toBe(text));

describe('describeState', () => {
  it.each<[Progress, string]>([
    [paced, '117 ok, 3 failed, 840/3,500 req/min, 12.3k/30k tok/min, eta 1 min 20 s'],
    [
      held,
      '117 ok, 3 failed, 840/3,500 req/min, 12.3k/30k tok/min, 50/60 in flight, rate limited, opens in 12 s, eta 1 min 20 s',
    ],
    [{ ...held, status: 'paused' }, '117 ok, 3 failed'],
  ])('has the limits that are known: %#', (state, text) => expect(describeState(state, at)).toBe(text));

  it.each<[number, string]>([
    [70, '117 ok, 3 failed, 840/3,500 req/min, 12.3k/30k tok/min, eta 1 min 20 s'],
    [69, '3 failed, 840/3,500 req/min, 12.3k/30k tok/min, eta 1 min 20 s'],
    [60, '3 failed, 840/3,500 req/min, 12.3k/30k tok/min'],
    [40, '3 failed, 840/3,500 req/min'],
    [20, '3 failed'],
    [1, '3 failed'],
  ])('leaves out what matters least, in %i columns', (width, text) =>
    expect(describeState(paced, at, width)).toBe(text),
  );

  it('never leaves out that it waits', () => {
    expect(describeState(held, at, 1)).toBe('3 failed, rate limited, opens in 12 s');
  });
});

describe('drawBar', () => {
  const bar = (columns: number, state = paced): string => drawBar(state, 0.06, at, columns);

  it('has a long bar where there is room', () => {
    expect(bar(140)).toBe(
      '█░░░░░░░░░░░░░░░░░░░░░░░░░░░   6% 120/2,000 done: 117 ok, 3 failed, 840/3,500 req/min, 12.3k/30k tok/min, eta 1 min 20 s',
    );
  });

  it.each([80, 90, 100, 110, 120])('stays within %i columns, but for the last one', (columns) => {
    const texts = [paced, held, { ...paced, total: 1_000_000, done: 999_999, ok: 999_000, failed: 999 }];
    for (const state of texts) expect(bar(columns, state).length).toBeLessThan(columns);
  });

  it.each([
    [80, '░░░░░░░░░░   6% 120/2,000 done: 3 failed, 840/3,500 req/min, 12.3k/30k tok/min'],
    [100, '░░░░░░░░░░   6% 120/2,000 done: 3 failed, 840/3,500 req/min, 12.3k/30k tok/min, eta 1 min 20 s'],
    [
      115,
      '█░░░░░░░░░░░░░░░░░░░   6% 120/2,000 done: 117 ok, 3 failed, 840/3,500 req/min, 12.3k/30k tok/min, eta 1 min 20 s',
    ],
  ])('in %i columns', (columns, text) => expect(bar(columns)).toBe(text));

  it.each<[Partial<Progress>, number, RegExp]>([
    [{ total: 0, done: 0 }, Number.NaN, /^█{28} 100% 0\/0 done/],
    [{ done: 2_000 }, 1, /^█{28} 100% 2,000/],
    [{ done: 1_999 }, 0.9999, /^█{27}░ {2}99% 1,999/],
    [{ totalKnown: false, done: 0, inFlight: 0, total: 7 }, 0, /^reading the input: 7 requests$/],
  ])('of %j', (change, part, pattern) => expect(drawBar({ ...progress, ...change }, part, at, 200)).toMatch(pattern));
});

it('plain lines are as long as they need be', () => {
  expect(describeProgress(held, at).length).toBeGreaterThan(100);
});

describe('status', () => {
  it('tells the limits of a job somebody works on', () => {
    const text = describeJob({ ...info, status: 'running', pacing: limited }, paced, {}, at);
    expect(text).toMatch(/^pace +117 ok, 3 failed, 840\/3,500 req\/min, 12.3k\/30k tok\/min, eta/m);
    expect(text).toMatch(/^limits +3,500 requests\/min \(as the provider says\), 30,000 tokens\/min \(as set\)$/m);
  });

  it.each([null, openPacing])('tells none where none are known: %j', (pacing) => {
    expect(describeJob({ ...info, pacing }, progress, {}, at)).not.toMatch(/^limits/m);
  });
});
