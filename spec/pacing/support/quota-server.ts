import type { LimitObservation } from '../../../lib/core/limits.js';
import { Bucket } from './bucket.js';

export interface ServerOptions {
  /** A window. */
  readonly requests?: number;
  /** A window. */
  readonly tokens?: number;
  readonly windowMs: number;
  /** Of the window's limit, what a burst may take. */
  readonly burst?: number;
  /** Of the refill, what others take. */
  readonly others?: number;
  /** Tells its limits with each answer. */
  readonly headers: boolean;
  /** Reckons what is left when it answers, not when it lets in. */
  readonly late?: boolean;
  /** Says how long to wait with a refusal. */
  readonly hint: boolean;
  readonly chargeRefused?: boolean;
  /** At a time, the limits change by a factor. */
  readonly change?: { readonly at: number; readonly factor: number };
  /** Most requests at a time; more are refused. */
  readonly slots?: number;
  /** Share of requests refused by chance. */
  readonly chance?: number;
}

export interface Answer {
  readonly ok: boolean;
  readonly limits?: LimitObservation;
  readonly waitMs?: number;
}

/** A provider's quota, exact and hidden. */
export class QuotaServer {
  readonly #requests: Bucket | undefined;
  readonly #tokens: Bucket | undefined;
  #changed = false;
  busy = 0;

  constructor(
    private readonly options: ServerOptions,
    private readonly random: () => number,
  ) {
    this.#requests = bucketOf(options, options.requests);
    this.#tokens = bucketOf(options, options.tokens);
  }

  ask(tokens: number, now: number): Answer {
    const { headers, hint, chargeRefused = false, slots = Infinity, chance = 0 } = this.options;
    this.#change(now);
    const missingMs = Math.max(this.#requests?.missingMs(1, now) ?? 0, this.#tokens?.missingMs(tokens, now) ?? 0);
    const ok = missingMs <= 1e-9 && this.busy < slots && this.random() >= chance;
    if (ok || chargeRefused) this.#requests?.take(1, now);
    if (ok) this.#tokens?.take(tokens, now);
    return {
      ok,
      ...(headers ? { limits: this.#reading(now) } : {}),
      ...(!ok && hint && missingMs > 0 ? { waitMs: Math.ceil(missingMs) } : {}),
    };
  }

  /** What a good answer tells that is written now. */
  answer(admitted: Answer, now: number): Answer {
    return this.options.late === true ? { ok: true, limits: this.#reading(now) } : admitted;
  }

  #change(now: number): void {
    const { change } = this.options;
    if (change === undefined || this.#changed || now < change.at) return;
    this.#changed = true;
    this.#requests?.scale(change.factor, change.at);
    this.#tokens?.scale(change.factor, change.at);
  }

  #reading(now: number): LimitObservation {
    return {
      ...(this.#requests && { requests: this.#requests.reading(now) }),
      ...(this.#tokens && { tokens: this.#tokens.reading(now) }),
    };
  }
}

/** A full bucket of so many units a window. */
export function bucketOf(
  { windowMs, burst = 1, others = 0 }: ServerOptions,
  limit: number | undefined,
): Bucket | undefined {
  return limit === undefined
    ? undefined
    : new Bucket(limit, limit * burst, limit / windowMs, (others * limit) / windowMs);
}
