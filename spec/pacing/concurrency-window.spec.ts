import * as fc from 'fast-check';
import { ConcurrencyWindow } from '../../lib/pacing/concurrency-window.js';

/** A window of 100 that was full at time 0, cut then, and is back in a second. */
function cut(): ConcurrencyWindow {
  const window = new ConcurrencyWindow(200);
  window.congested(100, 0, 1_000);
  return window;
}

describe('a cold start', () => {
  it('lets in so many, and no more before something happens', () => {
    const window = new ConcurrencyWindow(16);
    expect([0, 15, 16, 17].map((inFlight) => window.waitMs(inFlight, 0))).toEqual([0, 0, 250, 250]);
    expect(window.size(0)).toBe(16);
  });

  it('takes each answer for leave to send several', () => {
    const window = new ConcurrencyWindow(16);
    window.succeeded();
    expect(window.size(0)).toBeGreaterThan(17);
    // Round trips, all of it answered: far more than additive.
    for (let round = 0; round < 3; round++) for (let n = window.size(0); n > 0; n--) window.succeeded();
    expect(window.size(0)).toBeGreaterThan(500);
  });

  it('takes a quarter of a second of silence for good news: refusals come at once', () => {
    const window = new ConcurrencyWindow(16);
    expect(window.waitMs(16, 1_000)).toBe(250);
    expect(window.waitMs(16, 1_100)).toBe(150);
    expect(window.waitMs(16, 1_250)).toBe(0);
    expect(window.size(1_250)).toBe(32);
  });

  it('listens to silence only where somebody waits for it', () => {
    const window = new ConcurrencyWindow(16);
    expect(window.waitMs(16, 0)).toBe(250);
    expect(window.waitMs(3, 100)).toBe(0);
    expect(window.waitMs(16, 10_000)).toBe(250);
  });

  it('begins with more where more is wanted, never with fewer', () => {
    const window = new ConcurrencyWindow(16);
    window.widen(50);
    window.widen(20);
    expect(window.size(0)).toBe(50);
  });

  it('is over where the provider tells its limits', () => {
    const window = new ConcurrencyWindow(16);
    window.open();
    expect([window.size(0), window.waitMs(10_000, 0)]).toEqual([Infinity, 0]);
  });
});

describe('congestion', () => {
  it('takes some of what was in flight', () => {
    expect(cut().size(0)).toBeLessThan(100);
    expect(cut().size(0)).toBeGreaterThan(70);
  });

  it('takes it from the window where that was smaller', () => {
    const window = new ConcurrencyWindow(16);
    window.congested(1_000, 0, 1_000);
    expect(window.size(1_000)).toBe(16);
  });

  it('is made up for along a cubic curve: back after the plateau, near it for as long, then beyond', () => {
    const window = cut();
    window.sent(150);
    const [start, back, near, beyond] = [0, 1_000, 1_700, 3_000].map((now) => window.size(now));
    expect([start! < back!, back, near! < 110, beyond! > 150]).toEqual([true, 100, true, true]);
  });

  it('is made up for by time, not by answers', () => {
    const window = cut();
    const before = window.size(0);
    for (let n = 0; n < 1_000; n++) window.succeeded();
    window.widen(1_000);
    expect(window.size(0)).toBe(before);
  });

  it('grows no further than twice what is used', () => {
    const window = cut();
    expect(window.size(3_600_000)).toBe(200);
    expect(window.waitMs(200, 3_600_000)).toBe(Infinity);
    window.sent(180);
    expect(window.size(3_600_000)).toBe(360);
  });

  it('always lets one pass', () => {
    const window = new ConcurrencyWindow(16);
    for (let now = 0; now < 50; now++) window.congested(0, now, 1_000);
    expect([window.size(50), window.waitMs(0, 50)]).toEqual([1, 0]);
  });

  it('that was for nothing is taken back, and growth goes on', () => {
    const window = cut();
    window.restore();
    expect(window.size(0)).toBeGreaterThanOrEqual(100);
    const before = window.size(0);
    window.succeeded();
    expect(window.size(0)).toBeGreaterThan(before);
  });

  it('that was for nothing is taken back to the most that went well', () => {
    const window = cut();
    window.sent(300);
    window.congested(300, 3_600_000, 1_000);
    window.restore();
    expect(window.size(3_600_000)).toBeGreaterThanOrEqual(300);
  });

  it('says how long until one more may go', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(1_200), fc.nat(5_000), (peak, inFlight, now) => {
        const window = new ConcurrencyWindow(1_000);
        window.congested(peak, 0, 1_000);
        const waitMs = window.waitMs(inFlight, now);
        if (waitMs === 0) expect(inFlight).toBeLessThan(window.size(now));
        else expect(inFlight).toBeGreaterThanOrEqual(window.size(now));
        if (waitMs !== Infinity) expect(window.size(now + waitMs)).toBeGreaterThan(inFlight);
        else expect(window.size(1e9)).toBeLessThanOrEqual(inFlight);
      }),
    );
  });

  it.each([
    [100, true],
    [80, true],
    [20, false],
  ])('with %i in flight of 100 is that of the window: %s', (inFlight, binds) => {
    expect(cut().binds(inFlight, 1_000)).toBe(binds);
  });
});
