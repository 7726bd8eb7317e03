import { Hold } from '../../lib/pacing/hold.js';

/** Jitter at its most, and at its least. */
const most = (): Hold => new Hold(() => 1);
const least = (): Hold => new Hold(() => 0);

/** Milliseconds each of a row of episodes closes the gate for, each one refused when it opens. */
function waits(hold: Hold, count: number, askedMs?: number): number[] {
  return Array.from({ length: count }, () => {
    const now = hold.until;
    hold.refused(now, askedMs, true);
    return hold.until - now;
  });
}

describe('Hold', () => {
  it('is open until something is refused', () => {
    expect(most()).toMatchObject({ until: 0, refusals: 0 });
    expect(most().stalledMs(5)).toBe(0);
  });

  it.each<[string, readonly (readonly [now: number, askedMs: number])[], number]>([
    ['the wait asked for', [[1_000, 500]], 1_500],
    ['the longest of several', [[1_000, 5_000], [1_010, 100]], 6_000],
    ['a later one that ends later', [[1_000, 500], [1_400, 500]], 1_900],
    ['whole milliseconds', [[0.25, 0.5]], 1],
    ['no time where none is needed', [[1_000, 0]], 1_000],
  ])('closes for %s', (_what, refusals, until) => {
    const hold = most();
    refusals.forEach(([now, askedMs], n) => hold.refused(now, askedMs, n === 0));
    expect(hold).toMatchObject({ until, refusals: refusals.length });
  }); // prettier-ignore

  it('closes for a backoff of its own where no wait is asked for: longer with each episode, to a minute or so', () => {
    expect(waits(most(), 10)).toEqual([750, 1_250, 2_250, 4_250, 8_250, 16_250, 32_250, 60_250, 60_250, 60_250]);
    expect(waits(least(), 3)).toEqual([250, 250, 250]);
  });

  it('counts an episode once, however many refusals it has', () => {
    const hold = most();
    hold.refused(0, undefined, true);
    for (let n = 0; n < 63; n++) hold.refused(n, undefined, false);
    expect(hold).toMatchObject({ until: 62 + 750, refusals: 64 });
  });

  it('begins anew after a success', () => {
    const hold = most();
    waits(hold, 5);
    hold.succeeded();
    expect(waits(hold, 2)).toEqual([750, 1_250]);
  });

  it('believes the wait asked for, but not for ever where nothing passes', () => {
    const row = waits(most(), 24, 10);
    expect(new Set(row.slice(0, 16))).toEqual(new Set([10]));
    expect(row.slice(16)).toEqual([750, 1_250, 2_250, 4_250, 8_250, 16_250, 32_250, 60_250]);
    // A wait that is longer than the backoff is a wait all the same.
    expect(waits(most(), 17, 5_000).at(-1)).toBe(5_000);
  });

  it('says how long it has refused everything, from the first refusal to the next opening', () => {
    const hold = most();
    hold.refused(1_000, 60_000, true);
    expect(hold.stalledMs(1_000)).toBe(60_000);
    hold.refused(62_000, 10_000, true);
    expect(hold.stalledMs(62_000)).toBe(71_000);
    expect(hold.stalledMs(82_000)).toBe(81_000);
    hold.succeeded();
    expect(hold.stalledMs(82_000)).toBe(0);
  });

  it('forgives a stall, and stays closed all the same', () => {
    const hold = most();
    hold.refused(0, 60_000, true);
    hold.forgive();
    expect([hold.stalledMs(1), hold.until]).toEqual([0, 60_000]);
    hold.refused(10_000, 60_000, true);
    expect(hold.stalledMs(10_000)).toBe(60_000);
  });
});
