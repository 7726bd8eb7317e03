/** What a bucket holds at most, and what flows in. */
export interface BucketShape {
  readonly capacity: number;
  readonly perMs: number;
}

/** From `afterMs` on, capacity and refill are `factor` times those of the start. */
export interface LimitChange {
  readonly afterMs: number;
  readonly factor: number;
}

/** A token bucket, full at time 0, whose limit may change at known times. Times are milliseconds and never go back. */
export class ExactBucket {
  #level: number;
  #at = 0;

  /** `changes` in the order of their times. */
  constructor(
    private readonly shape: BucketShape,
    private readonly changes: readonly LimitChange[] = [],
  ) {
    this.#level = shape.capacity;
  }

  level(now: number): number {
    for (let change = this.#changeAfter(this.#at); change !== undefined && change.afterMs <= now;) {
      this.#refill(change.afterMs);
      // What the smaller limit does not hold is gone.
      this.#level = Math.min(this.#level, this.shape.capacity * change.factor);
      change = this.#changeAfter(this.#at);
    }
    this.#refill(now);
    return this.#level;
  }

  /** Takes all of it or nothing. */
  take(amount: number, now: number): boolean {
    if (!covers(this.level(now), amount)) return false;
    this.#level = Math.max(0, this.#level - amount);
    return true;
  }

  /** Takes what there is, up to `amount`. */
  drain(amount: number, now: number): void {
    this.#level = Math.max(0, this.level(now) - amount);
  }

  /** When `amount` will be there if nothing else is taken; Infinity if never. */
  earliest(amount: number, now: number): number {
    let [level, at] = [this.level(now), now];
    for (;;) {
      const factor = this.factorAt(at);
      const change = this.#changeAfter(at);
      const capacity = this.shape.capacity * factor;
      if (covers(level, amount)) return at;
      const fullAt = covers(capacity, amount) ? at + (amount - level) / (this.shape.perMs * factor) : Infinity;
      if (change === undefined || fullAt <= change.afterMs) return fullAt;
      level = Math.min(level + (change.afterMs - at) * this.shape.perMs * factor, capacity);
      level = Math.min(level, this.shape.capacity * change.factor);
      at = change.afterMs;
    }
  }

  /** How many times the first limit holds at `now`. */
  factorAt(now: number): number {
    return this.changes.findLast(({ afterMs }) => afterMs <= now)?.factor ?? 1;
  }

  #changeAfter(at: number): LimitChange | undefined {
    return this.changes.find(({ afterMs }) => afterMs > at);
  }

  #refill(now: number): void {
    const factor = this.factorAt(this.#at);
    this.#level = Math.min(this.shape.capacity * factor, this.#level + (now - this.#at) * this.shape.perMs * factor);
    this.#at = now;
  }
}

/** Sums of fractions miss by a hair what was exactly waited for. */
function covers(level: number, amount: number): boolean {
  return level + 1e-6 >= amount;
}
