import type { FakeClock } from './clock.js';
import { TokenBucket } from './token-bucket.js';

/** Limits of one model. What is not given is not limited. */
export interface QuotaOptions {
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  /** Length of the 'minute'; default 60,000. A short one makes a spec short. */
  readonly windowMs?: number;
  /** Part of a limit that can be used at once after a rest, in (0, 1]; default 1. Below 1, short bursts are refused. */
  readonly burst?: number;
  /** Whether a refused request uses up quota too; default false. */
  readonly chargeRefused?: boolean;
}

export type QuotaDimension = 'requests' | 'tokens';

export interface Refusal {
  readonly dimension: QuotaDimension;
  readonly limit: number;
  readonly used: number;
  readonly requested: number;
  /** Milliseconds until the same request would pass; undefined where it never will. */
  readonly waitMs: number | undefined;
}

/** The request and token buckets of one model; a request passes both or neither. */
export class Quota {
  readonly requests: TokenBucket | undefined;
  readonly tokens: TokenBucket | undefined;
  readonly #clock: FakeClock;
  readonly #chargeRefused: boolean;

  constructor(options: QuotaOptions, clock: FakeClock) {
    const { requestsPerMinute, tokensPerMinute, windowMs = 60_000, burst = 1 } = options;
    const bucket = (limit: number | undefined): TokenBucket | undefined =>
      limit === undefined ? undefined : new TokenBucket(limit, windowMs, clock.now(), burst);
    this.requests = bucket(requestsPerMinute);
    this.tokens = bucket(tokensPerMinute);
    this.#clock = clock;
    this.#chargeRefused = options.chargeRefused ?? false;
  }

  /** Charges one request of so many tokens, or says why not. */
  admit(tokens: number): Refusal | undefined {
    const now = this.#clock.now();
    const refusal =
      this.#refusal('requests', this.requests, 1, now) ?? this.#refusal('tokens', this.tokens, tokens, now);
    if (!refusal || this.#chargeRefused) {
      this.requests?.drain(1, now);
      this.tokens?.drain(tokens, now);
    }
    return refusal;
  }

  #refusal(
    dimension: QuotaDimension,
    bucket: TokenBucket | undefined,
    units: number,
    now: number,
  ): Refusal | undefined {
    if (!bucket || bucket.fits(units, now)) return undefined;
    const used = bucket.capacity - bucket.remaining(now);
    const waitMs = units > bucket.capacity ? undefined : bucket.waitMs(units, now);
    return { dimension, limit: bucket.limit, used, requested: units, waitMs };
  }
}

/** One {@link Quota} per model, made at its first request. */
export class Quotas {
  readonly #clock: FakeClock;
  #options: QuotaOptions;
  #byModel = new Map<string, Quota>();

  constructor(options: QuotaOptions, clock: FakeClock) {
    this.#options = options;
    this.#clock = clock;
  }

  /** Whether there is any limit at all. */
  get limited(): boolean {
    return this.#options.requestsPerMinute !== undefined || this.#options.tokensPerMinute !== undefined;
  }

  of(model: string): Quota {
    let quota = this.#byModel.get(model);
    if (!quota) {
      quota = new Quota(this.#options, this.#clock);
      this.#byModel.set(model, quota);
    }
    return quota;
  }

  /** New limits from now on; the buckets start full. */
  set(options: QuotaOptions): void {
    this.#options = { ...this.#options, ...options };
    this.#byModel = new Map();
  }
}
