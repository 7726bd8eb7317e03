/**
 * A bucket filled at a steady rate that may hold one second's worth. Spending may go into debt, so that one large
 * request is neither stuck for ever nor free.
 */
export class TokenBucket {
  readonly #perMs: number;
  readonly #capacity: number;
  #level: number;
  #at: number;

  /** `before`: the bucket this one takes the place of, at another rate. */
  constructor(perMinute: number, now: number, before?: TokenBucket) {
    this.#perMs = perMinute / 60_000;
    this.#capacity = Math.max(1, perMinute / 60);
    this.#level = Math.min(this.#capacity, before === undefined ? this.#capacity : before.#fill(now));
    this.#at = now;
  }

  /** Milliseconds until an amount may be spent; 0 for now. */
  waitMs(amount: number, now: number): number {
    this.#fill(now);
    const missing = Math.min(amount, this.#capacity) - this.#level;
    return missing <= 1e-9 ? 0 : Math.max(1, Math.ceil(missing / this.#perMs));
  }

  spend(amount: number, now: number): void {
    this.#fill(now);
    this.#level -= amount;
  }

  /** Takes more, or gives back (below 0) what a request was charged too much; never above what the bucket holds. */
  recount(amount: number, now: number): void {
    this.#fill(now);
    this.#level = Math.min(this.#capacity, this.#level - amount);
  }

  #fill(now: number): number {
    if (now > this.#at) this.#level = Math.min(this.#capacity, this.#level + (now - this.#at) * this.#perMs);
    this.#at = now;
    return this.#level;
  }
}
