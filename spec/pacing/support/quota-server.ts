import type { LimitObservation, LimitReading } from '../../../lib/core/limits.js';

/** An exact token bucket: `capacity` at most, `perMs` flowing in. */
export class Bucket {
  #level: number;
  #at = 0;

  constructor(
    readonly limit: number,
    public capacity: number,
    public perMs: number,
    /** Taken by others, per millisecond. */
    private readonly drain = 0,
  ) {
    this.#level = capacity;
  }

  level(now: number): number {
    this.#level = Math.min(this.capacity, this.#level + (now - this.#at) * (this.perMs - this.drain));
    this.#at = now;
    return this.#level;
  }

  take(units: number, now: number): void {
    this.#level = this.level(now) - units;
  }

  /** Another limit from now on: what is there stays, up to it. */
  change(factor: number, now: number): Bucket {
    const next = new Bucket(this.limit * factor, this.capacity * factor, this.perMs * factor, this.drain);
    next.#level = Math.min(next.capacity, this.level(now));
    next.#at = now;
    return next;
  }

  reading(now: number, shown: number): LimitReading {
    const level = this.level(now) + (shown - this.capacity);
    return {
      limit: shown,
      remaining: Math.max(0, Math.floor(level)),
      resetMs: Math.ceil((shown - level) / this.perMs),
    };
  }
}

export interface ServerOptions {
  readonly requests?: number;
  readonly tokens?: number;
  readonly windowMs: number;
  /** Of the window's limit, what a burst may take. */
  readonly burst?: number;
  /** Of the refill, what others take. */
  readonly others?: number;
  readonly headers: boolean;
  readonly hint: boolean;
  readonly chargeRefused?: boolean;
  /** At a time, the limits change by a factor. */
  readonly change?: { readonly at: number; readonly factor: number };
  /** Most requests at a time; more are refused. */
  readonly slots?: number;
  /** Share of requests refused by chance. */
  readonly chance?: number;
}

export type Answer =
  | { readonly ok: true; readonly limits?: LimitObservation }
  | { readonly ok: false; readonly limits?: LimitObservation; readonly waitMs?: number };

/** A provider's quota, exact and hidden. */
export class QuotaServer {
  #requests: Bucket | undefined;
  #tokens: Bucket | undefined;
  #changed = false;
  busy = 0;

  constructor(
    private readonly options: ServerOptions,
    private readonly random: () => number,
  ) {
    const { requests, tokens, windowMs, burst = 1, others = 0 } = options;
    const bucket = (limit: number | undefined): Bucket | undefined =>
      limit === undefined ? undefined : new Bucket(limit, limit * burst, limit / windowMs, (others * limit) / windowMs);
    this.#requests = bucket(requests);
    this.#tokens = bucket(tokens);
  }

  ask(tokens: number, now: number): Answer {
    const { change, headers, hint, chargeRefused = false, slots = Infinity, chance = 0 } = this.options;
    if (change !== undefined && !this.#changed && now >= change.at) {
      this.#changed = true;
      this.#requests = this.#requests?.change(change.factor, change.at);
      this.#tokens = this.#tokens?.change(change.factor, change.at);
    }
    const missing = Math.max(
      this.#requests === undefined ? 0 : (1 - this.#requests.level(now)) / this.#requests.perMs,
      this.#tokens === undefined ? 0 : (tokens - this.#tokens.level(now)) / this.#tokens.perMs,
    );
    const ok = missing <= 1e-9 && this.busy < slots && this.random() >= chance;
    if (ok || chargeRefused) {
      this.#requests?.take(1, now);
      if (ok) this.#tokens?.take(tokens, now);
    }
    const { requests, tokens: shownTokens } = this.options;
    const factor = this.#changed ? (change?.factor ?? 1) : 1;
    const limits = headers
      ? {
          limits: {
            ...(this.#requests && { requests: this.#requests.reading(now, (requests ?? 0) * factor) }),
            ...(this.#tokens && { tokens: this.#tokens.reading(now, (shownTokens ?? 0) * factor) }),
          },
        }
      : {};
    if (ok) return { ok, ...limits };
    return { ok, ...limits, ...(hint && missing > 0 ? { waitMs: Math.ceil(missing) } : {}) };
  }
}
