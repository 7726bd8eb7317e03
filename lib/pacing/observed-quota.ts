import type { LimitReading } from '../core/limits.js';
import { ToldWhen } from './told-when.js';

/** Where a request stood: when it was let go, as the how many-eth, and what had been spent by then, itself included. */
export interface Mark {
  readonly at: number;
  /** Corrections may lower what is spent, so it does not tell who was first. */
  readonly order: number;
  readonly spent: number;
}

interface Sighting extends Mark {
  readonly remaining: number;
}

/**
 * A limit may be enforced over shorter spans than it is told for (OpenAI rate-limits guide: 60,000 a minute as 1,000 a second).
 * Until this much more than the refill was let through, no more than so many times the refill is asked for.
 */
const unproven = { excessMs: 2_000, times: 2 };
/** A quota that fills in more than this comes back too slowly to keep any of it in hand. */
const longMs = 600_000;
/** Of the limit, kept in hand at most. */
const reserve = 0.02;
/** What was sent so lately may not have come to a server that tells what is left when it answers. */
const onTheWayMs = 40;
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
  readonly #when = new ToldWhen();
  #latest: Sighting | undefined;
  #base: Sighting | undefined;
  /** Where it began to be known; undefined once a burst was seen to pass. */
  #trial: Omit<Mark, 'order'> | undefined;
  #tried = false;

  /** Units kept in hand: a usual request's, against rounding and requests that overtake each other on the way. */
  #usual = 0;

  get known(): boolean {
    return this.#latest !== undefined;
  }

  /** Whether it is known well how fast it fills; a bucket hardly used tells little but rounding. */
  get precise(): boolean {
    return this.known && (this.#error === Infinity || this.#error < 0.1);
  }

  get limit(): number {
    return this.#limit;
  }

  /** Milliseconds in which the whole limit flows in. */
  get windowMs(): number {
    return this.#windowMs;
  }

  /** Units a millisecond by the provider's own words. */
  get nominalPerMs(): number {
    return this.#limit / this.#windowMs;
  }

  /** Units that flow in each millisecond, less what others take. */
  get perMs(): number {
    return this.#perMs;
  }

  /** Units sent so far. */
  get spent(): number {
    return this.#spent;
  }

  /** Counts units as sent; returns what is spent in all. */
  spend(units: number): number {
    if (units > 0) this.#usual += (units - this.#usual) / (this.#usual === 0 ? 1 : 50);
    this.#spent += units;
    return this.#spent;
  }

  /**
   * What the provider says, on an answer that came at `now` to the request with this mark. Sightings of earlier moments say
   * nothing new.
   */
  observe(reading: LimitReading, mark: Mark, now = mark.at): void {
    const { limit, remaining } = reading;
    if (limit !== this.#limit) {
      this.#limit = limit;
      this.#error = Infinity;
      this.#base = undefined;
      this.#when.skip();
    }
    const atAnswer = this.#isAtAnswer(reading, mark, now);
    if (!atAnswer && this.#latest !== undefined && mark.order < this.#latest.order) return;
    this.#learnWindow(reading);
    const sighting = atAnswer
      ? { ...mark, at: now, spent: this.#spent, remaining: remaining - onTheWayMs * this.#perMs }
      : { ...mark, remaining };
    this.#learnRate(sighting);
    this.#latest = sighting;
    if (!this.#tried) this.#trial = { at: mark.at, spent: this.#spent };
    this.#tried = true;
  }

  #isAtAnswer({ remaining }: LimitReading, mark: Mark, now: number): boolean {
    const before = this.#when.atAnswer;
    if (remaining > 0.99 * this.#limit) this.#when.skip();
    else
      this.#when.note({ remaining, sent: mark, answered: { at: now, spent: this.#spent } }, this.#perMs, this.#usual);
    // Sightings of the one kind and of the other do not make a rate.
    if (this.#when.atAnswer !== before) this.#base = undefined;
    return this.#when.atAnswer;
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
    const need = Math.min(
      this.#limit,
      (units > this.#limit ? 1 : units) +
        (this.#windowMs > longMs ? 0 : Math.floor(Math.min(this.#usual, reserve * this.#limit))),
    );
    const missing = need - this.level(now);
    const waitMs = missing <= 1e-9 ? 0 : Math.max(1, Math.ceil(missing / this.#perMs));
    return Math.max(waitMs, this.#trialMs(now));
  }

  /** Milliseconds that a burst is held back because nobody knows yet whether bursts pass. */
  #trialMs(now: number): number {
    if (this.#trial === undefined) return 0;
    const { at, spent } = this.#trial;
    const refill = this.nominalPerMs * (now - at);
    const sent = this.#spent - spent;
    if (sent - refill > unproven.excessMs * this.nominalPerMs) {
      this.#trial = undefined;
      return 0;
    }
    return Math.max(0, Math.ceil((sent - unproven.times * refill) / (unproven.times * this.nominalPerMs)));
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
    // Where no reset is told, a minute was only a guess.
    const most = this.#error === Infinity ? Infinity : this.nominalPerMs;
    this.#perMs = Math.min(most, Math.max(next, this.nominalPerMs / 50));
  }
}
