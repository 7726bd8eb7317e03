import { RateMeter } from '../../lib/core/rate-meter.js';

describe('RateMeter', () => {
  it('extrapolates while it is young, from a second on', () => {
    const meter = new RateMeter(1);
    meter.add(1_000_000, 0, 5);
    expect(meter.perMinute(1_000_100, 0)).toBe(300);
    expect(meter.perMinute(1_010_000, 0)).toBe(30);
  });

  it('counts the last minute only, each column by itself', () => {
    const meter = new RateMeter(2);
    for (let second = 0; second < 300; second++) {
      meter.add(second * 1_000, 0, 2);
      if (second === 299) meter.add(second * 1_000, 1, 7);
    }
    expect([meter.perMinute(299_999, 0), meter.perMinute(299_999, 1)]).toEqual([120, 7]);
    expect([meter.perMinute(330_000, 0), meter.perMinute(330_000, 1)]).toEqual([58, 7]);
    expect([meter.perMinute(400_000, 0), meter.perMinute(400_000, 1)]).toEqual([0, 0]);
  });

  it('begins with the first thing counted', () => {
    const meter = new RateMeter(1);
    meter.add(900_000, 0, 10);
    meter.add(909_000, 0, 10);
    expect(meter.perMinute(910_000, 0)).toBe(120);
  });

  it('is nothing before anything happened', () => {
    expect(new RateMeter(1).perMinute(0, 0)).toBe(0);
  });
});
