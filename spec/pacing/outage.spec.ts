import { Outage, type Breakdown } from '../../lib/pacing/outage.js';

const most = (): Outage => new Outage(() => 1);
const broken = { unreached: false, firstFailedAt: undefined };
const unreached = { unreached: true, firstFailedAt: undefined };

/** A row of failures at a moment; whether each is free. */
const fail = (outage: Outage, count: number, failure: Breakdown = broken, now = 0): boolean[] =>
  Array.from({ length: count }, () => outage.failed(failure, now));

describe('Outage', () => {
  it.each([
    ['twenty failures in a row', broken, 20],
    ['three that did not reach the server', unreached, 3],
  ])('is %s', (_what, failure, count) => {
    const outage = most();
    fail(outage, count - 1, failure);
    expect(outage).toMatchObject({ on: false, until: 0 });
    expect(outage.lasted(99).ms).toBe(0);
    expect(fail(outage, 2, failure)).toEqual([true, true]);
    expect(outage).toMatchObject({ on: true, until: 1_500 });
  });

  it('is not what has an answer between', () => {
    const outage = most();
    for (let n = 0; n < 100; n++) {
      fail(outage, 19);
      outage.answered(n);
    }
    expect(outage.on).toBe(false);
  });

  it('is not what requests fail of that failed before later ones were answered; those pay for their attempts', () => {
    const outage = most();
    outage.answered(10);
    const poisoned = { unreached: true, firstFailedAt: 10 };
    expect(fail(outage, 100, poisoned, 20)).toEqual(Array<boolean>(100).fill(false));
    expect(outage.on).toBe(false);
    fail(outage, 3, { unreached: true, firstFailedAt: 11 }, 20);
    expect(outage).toMatchObject({ on: true });
    expect(outage.failed(poisoned, 21)).toBe(false);
  });

  it('is not told by a few that fail over and over', () => {
    const outage = most();
    fail(outage, 19);
    expect(fail(outage, 100, { unreached: false, firstFailedAt: 0 }, 5)).not.toContain(true);
    expect(outage.on).toBe(false);
    fail(outage, 1);
    expect(fail(outage, 1, { unreached: false, firstFailedAt: 0 }, 5)).toEqual([true]);
  });

  it('costs no attempt where nothing was sent, from the first failure on', () => {
    expect(fail(most(), 1, unreached)).toEqual([true]);
    expect(fail(most(), 19)).toEqual(Array<boolean>(19).fill(false));
  });

  it('lets one request ask, less and less often, until something is answered', () => {
    const outage = most();
    fail(outage, 20);
    const waits: number[] = [];
    for (let now = outage.until; waits.length < 7; now = outage.until) {
      outage.granted(now);
      waits.push(outage.until - now);
      outage.failed(broken, now);
    }
    expect(waits).toEqual([2_500, 4_500, 8_500, 16_500, 30_500, 30_500, 30_500]);
    outage.answered(0);
    expect(outage).toMatchObject({ on: false, until: 0 });
    outage.granted(1e6);
    expect(outage.until).toBe(0);
  });

  it('lasts from its first failure on, and knows whether anything was ever answered', () => {
    const outage = most();
    fail(outage, 10, broken, 100);
    fail(outage, 10, broken, 200);
    expect(outage.lasted(1_100)).toEqual({ ms: 1_000, everAnswered: false });
    outage.answered(0);
    expect(outage.lasted(1_100)).toEqual({ ms: 0, everAnswered: true });
    fail(outage, 20, broken, 5_000);
    expect(outage.lasted(5_001)).toEqual({ ms: 1, everAnswered: true });
  });

  it('has a new chance with a new run', () => {
    const outage = most();
    fail(outage, 20);
    outage.forgive();
    expect(outage).toMatchObject({ on: false, until: 0 });
    expect(fail(outage, 19)).not.toContain(true);
  });
});
