import type { LimitReading } from '../core/limits.js';

/** Where a request stood: when it was let go, and what had been spent by then, itself included. */
export interface Mark {
  readonly at: number;
  readonly spent: number;
}

interface Sighting extends Mark {
  readonly remaining: number;
}

/** Least time between two sightings that say how fast the quota fills: shorter ones are all rounding. */
const leastSpanMs = 300;

/**
 * One dimension of a quota as the provider tells it: a bucket of `limit` that fills steadily. What is there now is the
 * newest sighting, plus what flowed in since its request was sent, less what was sent after that request. Others may
 * drink from the same bucket, so how fast it fills is what sightings show, not what the limit promises.
 */
export class ObservedQuota {
  #spent = 0;
  #limit = 0;
  /** Milliseconds in which the whole limit flows in, and the relative error of that (a Kalman filter of one number). */
  #windowMs = 60_000;
  #error = Infinity;
  #perMs = 0;
  #latest: Sighting | undefined;
  #base: Sighting | undefined;

  /** Units kept in hand: a usual request's, against rounding and requests that overtake each other on the way. */
  #usual = 0;

  get known(): boolean {
    return this.#latest !== undefined;
  }

  get limit(): number {
    return this.#limit;
  }

  /** Units a millisecond by the provider's own words. */
  get nominalPerMs(): number {
    return this.#limit / this.#windowMs;
  }

  /** Units that flow in each millisecond, less what others take. */
  get perMs(): number {
    return this.#perMs;
  }

  /** Counts units as sent; returns what is spent in all. */
  spend(units: number): number {
    if (units > 0) this.#usual += (units - this.#usual) / (this.#usual === 0 ? 1 : 50);
    this.#spent += units;
    return this.#spent;
  }

  /** What the provider says, on an answer to the request with this mark. Sightings of earlier requests say nothing new. */
  observe(reading: LimitReading, mark: Mark): void {
    if (this.#latest !== undefined && mark.spent < this.#latest.spent) return;
    const { limit, remaining } = reading;
    if (limit !== this.#limit) {
      this.#limit = limit;
      this.#error = Infinity;
      this.#base = undefined;
    }
    this.#learnWindow(reading);
    const sighting = { at: mark.at, spent: mark.spent, remaining };
    this.#learnRate(sighting);
    this.#latest = sighting;
  }

  /** The provider says that so many units can be had `waitMs` after `now`: a wait beats a reckoning without a reset. */
  promise(units: number, waitMs: number, now: number): void {
    if (this.#latest === undefined) return;
    const need = Math.min(this.#limit, units + this.#usual);
    const { at, spent } = this.#latest;
    const remaining = need - this.#perMs * (now + waitMs - at) + this.#spent - spent;
    if (remaining > this.#latest.remaining) this.#latest = { at, spent, remaining };
  }

  /** Units that may be spent now; Infinity where nothing is known. */
  level(now: number): number {
    if (this.#latest === undefined) return Infinity;
    const { at, spent, remaining } = this.#latest;
    return Math.min(this.#limit, remaining + this.#perMs * (now - at) - (this.#spent - spent));
  }

  /** Milliseconds until so many units may be spent; 0 for now. What is larger than the limit is let go: no wait helps it. */
  waitMs(units: number, now: number): number {
    if (this.#latest === undefined) return 0;
    const need = Math.min(this.#limit, (units > this.#limit ? 1 : units) + this.#usual);
    const missing = need - this.level(now);
    return missing <= 1e-9 ? 0 : Math.max(1, Math.ceil(missing / this.#perMs));
  }

  #learnWindow({ limit, remaining, resetMs }: LimitReading): void {
    const used = limit - remaining;
    if (resetMs !== undefined && resetMs > 0 && used > 0) {
      const seen = (resetMs * limit) / used;
      const error = 1 / used + 2 / resetMs;
      const gain = this.#error === Infinity ? 1 : this.#error ** 2 / (this.#error ** 2 + error ** 2);
      this.#windowMs += gain * (seen - this.#windowMs);
      this.#error = Math.max(0.002, Math.min(this.#error, error) * Math.sqrt(Math.max(0.25, 1 - gain)));
    } else if (this.#error === Infinity) {
      this.#windowMs = 60_000;
    }
    if (this.#base === undefined) this.#perMs = this.nominalPerMs;
  }

  #learnRate(sighting: Sighting): void {
    const base = this.#base;
    // A full bucket spills: what flowed into it cannot be told.
    const brimful = sighting.remaining > 0.99 * this.#limit;
    if (base === undefined || brimful) {
      this.#base = sighting;
      this.#perMs = this.nominalPerMs;
      return;
    }
    const spanMs = sighting.at - base.at;
    if (spanMs < leastSpanMs) return;
    this.#base = sighting;
    const seen = (sighting.remaining - base.remaining + sighting.spent - base.spent) / spanMs;
    const gain = 1 - Math.exp(-spanMs / 1_500);
    const next = this.#perMs + gain * (seen - this.#perMs);
    this.#perMs = Math.min(this.nominalPerMs, Math.max(next, this.nominalPerMs / 50));
  }
}
