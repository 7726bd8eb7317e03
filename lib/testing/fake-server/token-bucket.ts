/**
 * An exact token bucket: full at the start, refilled evenly, `limit` units per window. It counts in units times
 * milliseconds of the window, which are whole numbers, so nothing is lost to rounding.
 */
export class TokenBucket {
  readonly #capacity: number;
  #level: number;
  #at: number;

  /**
   * @param limit units per window
   * @param windowMs length of the window
   * @param now the clock's time
   * @param burst part of `limit` that can be taken at once, in (0, 1]
   */
  constructor(
    readonly limit: number,
    readonly windowMs: number,
    now: number,
    burst = 1,
  ) {
    this.#capacity = Math.max(1, Math.round(limit * burst)) * windowMs;
    this.#level = this.#capacity;
    this.#at = now;
  }

  /** The most that can ever be taken at once. */
  get capacity(): number {
    return this.#capacity / this.windowMs;
  }

  /** Whole units that could be taken now. */
  remaining(now: number): number {
    return Math.floor(this.#refill(now) / this.windowMs);
  }

  fits(units: number, now: number): boolean {
    return this.#refill(now) >= units * this.windowMs;
  }

  /** Takes what is there, at most `units`. */
  drain(units: number, now: number): void {
    this.#level = Math.max(0, this.#refill(now) - units * this.windowMs);
  }

  /** Milliseconds until `units` fit. */
  waitMs(units: number, now: number): number {
    return Math.max(0, Math.ceil((units * this.windowMs - this.#refill(now)) / this.limit));
  }

  /** Milliseconds until the bucket is full again. */
  resetMs(now: number): number {
    return Math.max(0, Math.ceil((this.#capacity - this.#refill(now)) / this.limit));
  }

  #refill(now: number): number {
    this.#level = Math.min(this.#capacity, this.#level + Math.max(0, now - this.#at) * this.limit);
    this.#at = Math.max(this.#at, now);
    return this.#level;
  }
}
