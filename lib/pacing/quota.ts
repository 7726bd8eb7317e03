import type { LimitObservation } from '../core/limits.js';
import type { PacedLimit } from '../core/progress.js';
import type { ToldRate } from './congestion.js';
import { ObservedQuota } from './observed-quota.js';
import type { Grant } from './permit.js';
import { TokenBucket } from './token-bucket.js';

/** Limits set by hand. */
export interface SetLimits {
  readonly requestsPerMinute?: number | undefined;
  readonly tokensPerMinute?: number | undefined;
}

/** A quota that fills in less is one of a minute or so. */
const leastDayMs = 600_000;

/** Requests and tokens: what the user allows, and what the provider says is left. Both must let a request pass. */
export class Quota {
  #requests: TokenBucket | undefined;
  #tokens: TokenBucket | undefined;
  #set: SetLimits = {};
  readonly #toldRequests = new ObservedQuota();
  readonly #toldTokens = new ObservedQuota();

  /** What is spent stays spent: two jobs that take turns in setting limits must not fill the bucket each time. */
  configure(limits: SetLimits, now: number): boolean {
    const { requestsPerMinute, tokensPerMinute } = limits;
    if (requestsPerMinute === this.#set.requestsPerMinute && tokensPerMinute === this.#set.tokensPerMinute)
      return false;
    this.#set = { requestsPerMinute, tokensPerMinute };
    const bucket = (perMinute: number | undefined, before: TokenBucket | undefined): TokenBucket | undefined =>
      perMinute === undefined ? undefined : new TokenBucket(perMinute, now, before);
    this.#requests = bucket(requestsPerMinute, this.#requests);
    this.#tokens = bucket(tokensPerMinute, this.#tokens);
    return true;
  }

  /** Milliseconds until a request of so many tokens may go; 0 for now. */
  waitMs(tokens: number, now: number): number {
    return Math.max(
      this.#requests?.waitMs(1, now) ?? 0,
      this.#tokens?.waitMs(tokens, now) ?? 0,
      this.#toldRequests.waitMs(1, now),
      this.#toldTokens.waitMs(tokens, now),
    );
  }

  /** The same, by quotas of a day or the like alone. */
  dayWaitMs(tokens: number, now: number): number {
    const wait = (quota: ObservedQuota, units: number): number =>
      quota.windowMs < leastDayMs ? 0 : quota.waitMs(units, now);
    return Math.max(wait(this.#toldRequests, 1), wait(this.#toldTokens, tokens));
  }

  spend(estimate: number, tokens: number, now: number): Grant {
    this.#requests?.spend(1, now);
    this.#tokens?.spend(tokens, now);
    return {
      estimate,
      tokens,
      at: now,
      requestsSpent: this.#toldRequests.spend(1),
      tokensSpent: this.#toldTokens.spend(this.#charged(tokens)),
    };
  }

  /** Requests let go after this one. */
  later({ requestsSpent }: Grant): number {
    return this.#toldRequests.spent - requestsSpent;
  }

  /** What an answer to a granted request says of the limits. */
  observe({ requests, tokens }: LimitObservation, { at, requestsSpent, tokensSpent }: Grant, now: number): void {
    if (requests !== undefined)
      this.#toldRequests.observe(requests, { at, order: requestsSpent, spent: requestsSpent }, now);
    if (tokens !== undefined) this.#toldTokens.observe(tokens, { at, order: requestsSpent, spent: tokensSpent }, now);
  }

  /** The provider counted so many tokens for it in the end. */
  recount(grant: Grant, used: number, now: number): void {
    this.#tokens?.recount(used - grant.tokens, now);
    this.#toldTokens.spend(used - this.#charged(grant.tokens));
  }

  /** The provider did not take it: of the tokens set by hand nothing was used. */
  giveBack({ tokens }: Grant, now: number): void {
    this.#tokens?.recount(-tokens, now);
  }

  /** A request larger than the limit takes nothing: it cannot pass, and nobody is to wait for what it would take. */
  #charged(tokens: number): number {
    return tokens > (this.tokenLimit ?? Infinity) ? 0 : tokens;
  }

  /** Whether the limits known leave no room for a request of so many tokens. */
  explains(tokens: number, now: number): boolean {
    return this.#toldRequests.level(now) < 2 || this.#toldTokens.level(now) < tokens;
  }

  /** The share of the quota that a request takes, 1 for any where no limit is known. */
  share(tokens: number): number {
    const { requests, tokens: limit } = this.limits;
    if (requests === null && limit === null) return 1;
    return Math.max(requests === null ? 0 : 1 / requests.perMinute, limit === null ? 0 : tokens / limit.perMinute);
  }

  /** How fast requests flow in by the provider's own words. */
  get toldRequests(): ToldRate | undefined {
    return this.#toldRequests.known ? this.#toldRequests : undefined;
  }

  /** Tokens the provider gives at most, where it says so. */
  get tokenLimit(): number | undefined {
    return this.#toldTokens.known ? this.#toldTokens.limit : undefined;
  }

  get limits(): { readonly requests: PacedLimit | null; readonly tokens: PacedLimit | null } {
    return {
      requests: lower(this.#set.requestsPerMinute, this.#toldRequests),
      tokens: lower(this.#set.tokensPerMinute, this.#toldTokens),
    };
  }
}

function lower(set: number | undefined, told: ObservedQuota): PacedLimit | null {
  const perMinute = told.precise ? told.nominalPerMs * 60_000 : Infinity;
  if (set !== undefined && set <= perMinute) return { perMinute: set, source: 'option' };
  return told.precise ? { perMinute: whole(perMinute), source: 'provider' } : null;
}

/** A quota of a day comes to less than one a minute. */
function whole(perMinute: number): number {
  return perMinute < 10 ? Number(perMinute.toPrecision(2)) : Math.round(perMinute);
}
