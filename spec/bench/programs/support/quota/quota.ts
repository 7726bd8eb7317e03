import { ExactBucket, type LimitChange } from './exact-bucket.js';

/** What the server admits, as the trial sets it and no client is told. */
export interface QuotaOptions {
  /** Milliseconds that stand for a provider's minute. */
  readonly windowMs: number;
  /** Requests per window. */
  readonly requests?: number;
  /** Tokens per window. */
  readonly tokens?: number;
  /** 10: a tenth of the limit per tenth of the window, while the headers tell of the whole. Default 1. */
  readonly parts?: number;
  /** Share of the refill that other users of the account take, 0 to 1. Default 0. */
  readonly othersShare?: number;
  /** A refused request uses up a request too. Default false. */
  readonly chargeRefused?: boolean;
  /** `x-ratelimit-*`, `retry-after` and the wait in the message. Default true. */
  readonly headers?: boolean;
  /** The headers tell of the time of the answer, not of the admission. Default false. */
  readonly lateHeaders?: boolean;
  /** Limits that change in mid-run; times from the first request on. */
  readonly changes?: readonly LimitChange[];
}

export const dimensions = ['requests', 'tokens'] as const;
export type DimensionName = (typeof dimensions)[number];

/** One limit: the bucket that decides, and the one the headers tell of. */
export interface Dimension {
  readonly name: DimensionName;
  /** Per window, at the start. */
  readonly limit: number;
  /** Refill by the documented limit, which is what a reset is reckoned by. */
  readonly nominalPerMs: number;
  readonly enforced: ExactBucket;
  readonly shown: ExactBucket;
}

/** What a request takes of each limit. */
export type Charge = Readonly<Record<DimensionName, number>>;

export type Admission =
  { readonly admitted: true } | { readonly admitted: false; readonly dimension: Dimension; readonly waitMs: number };

/** The server's buckets, or the same ones again for reckoning what they could have admitted. */
export class Quota {
  readonly dimensions: readonly Dimension[];

  constructor(private readonly options: QuotaOptions) {
    const { windowMs, parts = 1, othersShare = 0, changes = [] } = options;
    this.dimensions = dimensions.flatMap((name) => {
      const limit = options[name];
      if (limit === undefined) return [];
      const nominalPerMs = limit / windowMs;
      const bucket = (capacity: number) =>
        new ExactBucket({ capacity, perMs: nominalPerMs * (1 - othersShare) }, changes);
      const enforced = bucket(limit / parts);
      return [{ name, limit, nominalPerMs, enforced, shown: parts === 1 ? enforced : bucket(limit) }];
    });
  }

  /** All limits or none are charged. */
  admit(charge: Charge, now: number): Admission {
    const waits = this.dimensions.map(({ name, enforced }) => enforced.earliest(charge[name], now) - now);
    const waitMs = Math.max(0, ...waits);
    const dimension = this.dimensions[waits.indexOf(waitMs)];
    if (waitMs > 0 && dimension !== undefined) {
      if (this.options.chargeRefused === true) this.#drainRequests(now);
      return { admitted: false, dimension, waitMs };
    }
    for (const { name, enforced, shown } of this.dimensions) {
      enforced.take(charge[name], now);
      if (shown !== enforced) shown.drain(charge[name], now);
    }
    return { admitted: true };
  }

  /** When each of the charges would be admitted, as early as can be, in this order; from time 0. */
  idealTimes(charges: readonly Charge[]): readonly number[] {
    let now = 0;
    return charges.map((charge) => {
      for (const { name, enforced } of this.dimensions) now = Math.max(now, enforced.earliest(charge[name], now));
      for (const { name, enforced } of this.dimensions) enforced.take(charge[name], now);
      return now;
    });
  }

  /** When the last of them would be. */
  idealMs(charges: readonly Charge[]): number {
    return this.idealTimes(charges).at(-1) ?? 0;
  }

  #drainRequests(now: number): void {
    const requests = this.dimensions.find(({ name }) => name === 'requests');
    for (const bucket of new Set([requests?.enforced, requests?.shown])) bucket?.drain(1, now);
  }
}
