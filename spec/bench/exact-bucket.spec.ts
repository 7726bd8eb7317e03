import { ExactBucket } from './programs/support/quota/exact-bucket.js';

/** 600 a window of 10 s. */
const shape = { capacity: 600, perMs: 0.06 };

describe('ExactBucket', () => {
  it('is full at first and gives what it holds', () => {
    const bucket = new ExactBucket(shape);
    expect(bucket.take(600, 0)).toBe(true);
    expect(bucket.take(1, 0)).toBe(false);
    expect(bucket.level(0)).toBe(0);
  });

  it('refills to its capacity and no further', () => {
    const bucket = new ExactBucket(shape);
    bucket.take(600, 0);
    expect(bucket.level(5_000)).toBeCloseTo(300);
    expect(bucket.level(60_000)).toBe(600);
  });

  it('takes all or nothing, and drains what there is', () => {
    const bucket = new ExactBucket({ capacity: 10, perMs: 0.001 });
    expect(bucket.take(11, 0)).toBe(false);
    expect(bucket.level(0)).toBe(10);
    bucket.drain(11, 0);
    expect(bucket.level(0)).toBe(0);
  });

  it('knows when there will be enough', () => {
    const bucket = new ExactBucket(shape);
    bucket.take(600, 0);
    expect(bucket.earliest(60, 0)).toBeCloseTo(1_000);
    expect(bucket.earliest(601, 0)).toBe(Infinity);
    expect(bucket.take(60, bucket.earliest(60, 0))).toBe(true);
  });

  it.each([
    ['halved', 0.5, 100, 300],
    ['doubled', 2, 400, 1_200],
  ])('refills by the limit of the time where it is %s', (_, factor, filledInASecond, capacity) => {
    const bucket = new ExactBucket(shape, [{ afterMs: 1_000, factor }]);
    bucket.take(600, 0);
    // A second by the old limit, then as long as the rest takes by the new one.
    const rest = filledInASecond - 60;
    expect(bucket.earliest(filledInASecond, 0)).toBeCloseTo(1_000 + rest / (0.06 * factor));
    expect(bucket.level(1_000)).toBeCloseTo(60);
    expect(bucket.level(100_000)).toBe(capacity);
  });

  it('loses what a smaller limit does not hold', () => {
    const halvedTwice = [
      { afterMs: 1_000, factor: 0.5 },
      { afterMs: 2_000, factor: 0.25 },
    ];
    expect(new ExactBucket(shape, halvedTwice).level(1_000)).toBe(300);
    expect(new ExactBucket(shape, halvedTwice).level(2_000)).toBe(150);
  });
});
