/**
 * What may be spent of one limit: grows at a steady rate up to its capacity, may go into debt for one amount that is larger.
 * Infinity is no limit.
 */
export class Allowance {
  readonly #perMs: number;
  readonly #capacity: number;
  #level: number;
  #at: number;

  constructor(perMinute: number, capacity: number, now: number) {
    this.#perMs = perMinute / 60_000;
    this.#capacity = Math.max(1, capacity);
    this.#level = this.#capacity;
    this.#at = now;
  }

  /** Milliseconds until an amount may be spent; 0 for now. */
  waitMs(amount: number, now: number): number {
    if (this.#perMs === Infinity) return 0;
    this.#grow(now);
    const missing = Math.min(amount, this.#capacity) - this.#level;
    // Sums of fractions are off by less.
    return missing <= 1e-6 ? 0 : Math.max(1, Math.ceil(missing / this.#perMs));
  }

  spend(amount: number, now: number): void {
    if (this.#perMs === Infinity) return;
    this.#grow(now);
    this.#level -= amount;
  }

  /** A clock that goes back adds nothing, and takes nothing away. */
  #grow(now: number): void {
    if (now > this.#at) this.#level = Math.min(this.#capacity, this.#level + (now - this.#at) * this.#perMs);
    this.#at = now;
  }
}
