import { generator } from './support/chance.js';
import { simulate, type Outcome, type Simulation } from './support/simulate.js';

/** So many items of 100 tokens. */
const alike = (count: number): number[] => Array<number>(count).fill(100);

/** So many items of 100 to 4,000 tokens. */
function varied(count: number): number[] {
  const random = generator(7);
  return Array.from({ length: count }, () => Math.round(100 + 3_900 * random()));
}

const seeds = [1, 2, 3];
const told = { windowMs: 10_000, headers: true, hint: true };
const untold = { windowMs: 10_000, headers: false, hint: false };
/** Requests a window. */
const requests = 600;
/** Tokens a window. */
const tokens = 440_000;

type Row = readonly [what: string, run: Simulation, utilisation: number, refused: number];

/** What the runs of a table come to: the least utilisation, and the largest share refused. */
function worst(run: Simulation): { readonly utilisation: number; readonly share: number } {
  const outcomes = seeds.map((seed) => simulate({ ...run, seed }));
  return {
    utilisation: Math.min(...outcomes.map(({ utilisation }) => utilisation)),
    share: Math.max(...outcomes.map(({ share }) => share)),
  };
}

function expectWithin([, run, utilisation, refused]: Row): void {
  const found = worst(run);
  expect(found.utilisation).toBeGreaterThanOrEqual(utilisation);
  expect(found.share).toBeLessThanOrEqual(refused);
}

describe('a quota that is told', () => {
  it.each<Row>([
    ['of requests', { ...told, items: alike(1_500), requests }, 0.98, 0.005],
    ['of tokens', { ...told, items: varied(500), tokens }, 0.98, 0.005],
    ['of both', { ...told, items: varied(1_200), requests: 300, tokens: 600_000 }, 0.98, 0.005],
    ['of a minute', { ...told, windowMs: 60_000, items: alike(6_000), requests: 2_400, latencyMs: 3_000, lanes: 300 }, 0.98, 0.005], // prettier-ignore
    ['enforced over a tenth of its time', { ...told, items: alike(1_000), requests, burst: 0.1 }, 0.98, 0.01],
    ['of which others take two fifths', { ...told, items: alike(1_100), requests, others: 0.4 }, 0.98, 0.01],
    ['that charges what it refuses', { ...told, items: alike(1_500), requests, chargeRefused: true }, 0.98, 0.005],
    ['reckoned as the answer is written', { ...told, items: alike(1_500), requests, late: true }, 0.98, 0.005],
    [
      'of which others take, reckoned so',
      { ...told, items: alike(1_100), requests, others: 0.4, late: true },
      0.98,
      0.01,
    ],
    ['halved on the way', { ...told, items: alike(1_500), requests, change: { at: 8_000, factor: 0.5 } }, 0.98, 0.02],
    ['doubled on the way', { ...told, items: alike(2_500), requests, change: { at: 12_000, factor: 2 } }, 0.98, 0.02],
  ])('%s is used, and kept to', (...row) => {
    expectWithin(row);
  });
});

describe('a quota that is not told', () => {
  it.each<Row>([
    ['of requests', { ...untold, items: alike(4_000), requests }, 0.9, 0.03],
    ['of requests, with a word how long to wait', { ...untold, hint: true, items: alike(4_000), requests }, 0.9, 0.03],
    ['of tokens', { ...untold, items: varied(1_500), tokens }, 0.9, 0.03],
    ['of a minute', { ...untold, windowMs: 60_000, items: alike(6_000), requests: 1_200, latencyMs: 3_000, lanes: 300 }, 0.9, 0.03], // prettier-ignore
    ['enforced over a tenth of its time', { ...untold, items: alike(4_000), requests, burst: 0.1 }, 0.9, 0.03],
    ['halved on the way', { ...untold, items: alike(3_000), requests, change: { at: 30_000, factor: 0.5 } }, 0.9, 0.03],
    ['doubled on the way', { ...untold, items: alike(5_000), requests, change: { at: 30_000, factor: 2 } }, 0.9, 0.03],
    ['after half an hour of rest', { ...untold, items: alike(6_000), requests, rest: { after: 3_000, ms: 1_800_000 } }, 0.9, 0.03], // prettier-ignore
  ])('%s is found', (...row) => {
    expectWithin(row);
  });

  it.each([true, false])('of ten a minute is no reason to storm, be the wait told (%s) or not', (hint) => {
    const run = { ...untold, windowMs: 60_000, hint, items: alike(100), requests: 10, latencyMs: 3_000 };
    for (const seed of seeds) {
      const { utilisation, refused } = simulate({ ...run, seed });
      expect(utilisation).toBeGreaterThan(0.8);
      expect(refused).toBeLessThan(60);
    }
  });
});

describe('a server without a quota', () => {
  const each = (run: Simulation): Outcome[] => seeds.map((seed) => simulate({ ...run, seed }));

  it('that bears all is asked for all', () => {
    for (const { utilisation, refused, mostBusy } of each({ ...untold, items: alike(4_000) })) {
      expect(utilisation).toBeGreaterThan(0.9);
      expect([refused, mostBusy]).toEqual([0, 64]);
    }
  });

  it('that takes so many at a time is kept busy, and seldom asked for more', () => {
    for (const { utilisation, share, mostBusy } of each({ ...untold, items: alike(3_000), slots: 24 })) {
      expect(utilisation).toBeGreaterThan(0.6);
      expect(share).toBeLessThan(0.02);
      expect(mostBusy).toBe(24);
    }
  });

  it('that refuses one in twenty by chance is not taken for a slow one', () => {
    const items = alike(5_000);
    for (const { tookMs, share } of each({ ...untold, items, chance: 0.05 })) {
      expect(share).toBeLessThan(0.07);
      // Half a minute, were all let in at once.
      expect(tookMs).toBeLessThan(300_000);
    }
  });

  it.each([
    [0.002, 70_000],
    [0.005, 200_000],
    [0.01, 250_000],
    [0.02, 250_000],
    [0.1, 200_000],
  ])(
    'that refuses a share of %p by chance, seldom or often, does not bring a run to a standstill',
    (chance, mostMs) => {
      const items = alike(8_000);
      for (const { tookMs } of each({ ...untold, items, chance })) expect(tookMs).toBeLessThan(mostMs);
      // Fifty seconds, were all let in at once: so it nearly is where the limit is told, and far away.
      const farAway = { ...told, requests: 100_000, hint: false };
      for (const { tookMs } of each({ ...farAway, items, chance })) expect(tookMs).toBeLessThan(mostMs);
    },
  );

  it('where requests only queue is not stormed, and loses nothing by that', () => {
    const slowdown = (busy: number): number => Math.max(1, busy / 8);
    for (const { tookMs, refused } of each({ ...untold, items: alike(2_000), slowdown })) {
      expect(refused).toBe(0);
      // Eight at a time, 0.4 s each.
      expect(tookMs).toBeLessThan(1.1 * 100_000);
    }
  });

  it('that batches is left to do so', () => {
    const slowdown = (busy: number): number => 1 + busy / 16;
    for (const { tookMs, mostBusy } of each({ ...untold, items: alike(4_000), slowdown })) {
      expect(mostBusy).toBe(64);
      // Five times as slow, with 64 at a time.
      expect(tookMs).toBeLessThan(1.1 * 125_000);
    }
  });
});

it('tells the same story twice for the same seed', () => {
  const run: Simulation = { ...untold, items: varied(400), tokens, seed: 5 };
  expect(simulate(run)).toEqual(simulate(run));
});
