import type { FakeClock } from './clock.js';
import { Quota, type NewQuota, type QuotaOptions } from './quota.js';

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
    const { requestsPerMinute, tokensPerMinute, requestsPerDay, tokensPerDay } = this.#options;
    return [requestsPerMinute, tokensPerMinute, requestsPerDay, tokensPerDay].some((limit) => limit !== undefined);
  }

  of(model: string): Quota {
    let quota = this.#byModel.get(model);
    if (!quota) {
      quota = new Quota(this.#options, this.#clock);
      this.#byModel.set(model, quota);
    }
    return quota;
  }

  /** New limits from now on; the buckets start full. `undefined` takes a limit away. */
  set(options: NewQuota): void {
    const merged = Object.entries({ ...this.#options, ...options }).filter(([, value]) => value !== undefined);
    this.#options = Object.fromEntries(merged);
    this.#byModel = new Map();
  }
}
