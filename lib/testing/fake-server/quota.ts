import type { FakeClock } from './clock.js';
import { DayCount } from './day-count.js';
import { TokenBucket } from './token-bucket.js';

/** Limits of one model. What is not given is not limited. */
export interface QuotaOptions {
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  readonly requestsPerDay?: number;
  readonly tokensPerDay?: number;
  /**
   * How a quota per day comes back: evenly, as OpenAI's and Groq's do, or all of it at midnight in Pacific time, as Gemini's
   * do. Default: as the provider's own.
   */
  readonly dayReset?: 'gradual' | 'midnight';
  /** Length of the 'minute'; default 60,000. A short one makes a spec short. */
  readonly windowMs?: number;
  /** Part of a limit that can be used at once after a rest, in (0, 1]; default 1. Below 1, short bursts are refused. */
  readonly burst?: number;
  /** Whether a refused request uses up quota too; default false. */
  readonly chargeRefused?: boolean;
}

/** Other limits in mid-run: what is left out stays, `undefined` takes a limit away. */
export type NewQuota = { readonly [Name in keyof QuotaOptions]?: QuotaOptions[Name] | undefined };

export type QuotaDimension = 'requests' | 'tokens';

export interface Refusal {
  readonly dimension: QuotaDimension;
  readonly period: 'minute' | 'day';
  readonly limit: number;
  readonly used: number;
  readonly requested: number;
  /** Milliseconds until the same request would pass; undefined where it never will, or where that is not told. */
  readonly waitMs: number | undefined;
  /** More than the limit ever gives. */
  readonly tooLarge: boolean;
}

type Bucket = TokenBucket | DayCount;

const dayMs = 86_400_000;

/** The limits of one model; a request passes all or none. */
export class Quota {
  readonly requests: TokenBucket | undefined;
  readonly tokens: TokenBucket | undefined;
  readonly requestsOfDay: Bucket | undefined;
  readonly tokensOfDay: Bucket | undefined;
  readonly #clock: FakeClock;
  readonly #chargeRefused: boolean;

  constructor(options: QuotaOptions, clock: FakeClock) {
    const { requestsPerMinute, tokensPerMinute, windowMs = 60_000, burst = 1 } = options;
    const { requestsPerDay, tokensPerDay, dayReset = 'gradual' } = options;
    const now = clock.now();
    const perMinute = (limit: number | undefined): TokenBucket | undefined =>
      limit === undefined ? undefined : new TokenBucket(limit, windowMs, now, burst);
    const perDay = (limit: number | undefined): Bucket | undefined =>
      limit === undefined
        ? undefined
        : dayReset === 'midnight'
          ? new DayCount(limit)
          : new TokenBucket(limit, dayMs, now);
    this.requests = perMinute(requestsPerMinute);
    this.tokens = perMinute(tokensPerMinute);
    this.requestsOfDay = perDay(requestsPerDay);
    this.tokensOfDay = perDay(tokensPerDay);
    this.#clock = clock;
    this.#chargeRefused = options.chargeRefused ?? false;
  }

  /** Charges one request of so many tokens, or says why not. */
  admit(tokens: number): Refusal | undefined {
    const now = this.#clock.now();
    const charges = [
      { dimension: 'requests', period: 'minute', bucket: this.requests, units: 1 },
      { dimension: 'requests', period: 'day', bucket: this.requestsOfDay, units: 1 },
      { dimension: 'tokens', period: 'minute', bucket: this.tokens, units: tokens },
      { dimension: 'tokens', period: 'day', bucket: this.tokensOfDay, units: tokens },
    ] as const;
    const over = charges.find(({ bucket, units }) => bucket?.fits(units, now) === false);
    if (over === undefined || this.#chargeRefused) {
      for (const { bucket, units } of charges) bucket?.drain(units, now);
    }
    if (over?.bucket === undefined) return undefined;
    const { dimension, period, bucket, units } = over;
    const tooLarge = units > bucket.capacity;
    const used = bucket.capacity - bucket.remaining(now);
    const waitMs = tooLarge ? undefined : bucket.waitMs(units, now);
    return { dimension, period, limit: bucket.limit, used, requested: units, waitMs, tooLarge };
  }
}
