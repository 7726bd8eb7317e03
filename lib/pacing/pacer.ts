import type { LimitObservation } from '../core/limits.js';
import type { PacedLimit, PacingState } from '../core/progress.js';
import { Congestion } from './congestion.js';
import { Hold } from './hold.js';
import { Outage, type OutageLength } from './outage.js';
import type { Grant, PermitAnswer, PermitFailure, PermitRefusal } from './permit.js';
import { Quota, type SetLimits } from './quota.js';
import { TokenRatio } from './token-ratio.js';

/** A quota that gives nothing for longer than this is not one of a minute. */
const spentMs = 600_000;
/** How long a request stays away whose refusal is held to be chance, where no wait is asked for. */
const noiseWaitMs = 1_000;

/**
 * What is known of one quota, and what follows for the next request: what the user set, what the provider tells, what was
 * found by search where nobody tells, and the wait after a refusal. Knows no clock and no timer; tokens are estimates.
 */
export class Pacer {
  readonly #quota = new Quota();
  readonly #congestion = new Congestion();
  readonly #ratio = new TokenRatio();
  readonly #hold: Hold;
  readonly #outage: Outage;
  #lastRefusalAt = -Infinity;
  #successes = 0;
  #largest = 0;
  #inFlight = 0;

  constructor(random: () => number) {
    this.#hold = new Hold(random);
    this.#outage = new Outage(random);
  }

  /** Limits set by hand; true where they changed. */
  configure(limits: SetLimits, now: number): boolean {
    return this.#quota.configure(limits, now);
  }

  /** So many requests at a time are wanted. */
  expect(concurrency: number): void {
    this.#congestion.expect(concurrency);
  }

  /** Milliseconds until a request may go; not above 0 for now, Infinity where only an answer helps. */
  waitMs(estimate: number, now: number): number {
    const tokens = this.#tokens(estimate);
    return Math.max(
      this.heldUntil - now,
      this.#quota.waitMs(tokens, now),
      this.#congestion.waitMs(tokens, this.#inFlight, now),
    );
  }

  get idle(): boolean {
    return this.#inFlight === 0;
  }

  /** Epoch milliseconds at which a quota of a day, used up, lets a request pass; undefined where it is not used up. */
  spentUntil(estimate: number, now: number): number | undefined {
    const waitMs = this.#quota.dayWaitMs(this.#tokens(estimate), now);
    return waitMs > spentMs ? now + waitMs : undefined;
  }

  /** The share of the quota that a request takes. */
  share(estimate: number): number {
    return this.#quota.share(this.#tokens(estimate));
  }

  /** A request goes. */
  grant(estimate: number, now: number): Grant {
    const tokens = this.#tokens(estimate);
    this.#inFlight++;
    this.#outage.granted(now);
    this.#congestion.sent(tokens, this.#inFlight, now);
    return this.#quota.spend(estimate, tokens, now);
  }

  succeeded(grant: Grant, { limits, usedTokens }: PermitAnswer, now: number): void {
    this.#successes++;
    this.#largest = Math.max(this.#largest, grant.estimate);
    this.#hold.succeeded();
    this.#outage.answered(grant.at);
    this.#congestion.succeeded(now - grant.at, this.#inFlight, now);
    if (limits !== undefined) this.#told(limits, grant, now);
    if (usedTokens !== undefined) {
      this.#ratio.note(grant.estimate, usedTokens);
      this.#quota.recount(grant, usedTokens, now);
    }
    this.#inFlight--;
  }

  /** Returns the milliseconds the request itself should stay away, beside the hold. */
  refused(grant: Grant, refusal: PermitRefusal, now: number): number {
    this.#quota.giveBack(grant, now);
    this.#outage.answered(grant.at);
    const ownWaitMs = this.#refused(grant, refusal, now);
    this.#inFlight--;
    return ownWaitMs;
  }

  /** Returns whether it was an outage, and says nothing of the request. */
  failed({ at }: Grant, failure: PermitFailure, now: number): boolean {
    const free = this.#noteFailure(failure, now);
    // In an outage nothing is learnt about what the server bears.
    if (!this.#outage.on && failure.kind === 'overloaded') this.#congestion.overloaded(at, this.#inFlight, now);
    if (!this.#outage.on && failure.kind === 'timeout') this.#congestion.timedOut(at, this.#inFlight, now);
    this.#inFlight--;
    return free;
  }

  rejected(grant: Grant, now: number): void {
    this.#quota.giveBack(grant, now);
    this.#outage.answered(grant.at);
    this.#inFlight--;
  }

  released(): void {
    this.#inFlight--;
  }

  /** Epoch milliseconds until which everybody is held; 0 where nobody was yet. */
  get heldUntil(): number {
    return Math.max(this.#hold.until, this.#outage.until);
  }

  /** Good answers so far. */
  get successes(): number {
    return this.#successes;
  }

  /** The most tokens that a good answer was given for. */
  get largest(): number {
    return this.#largest;
  }

  /** Tokens the provider gives at most, where it says so. */
  get tokenLimit(): number | undefined {
    const limit = this.#quota.tokenLimit;
    return limit === undefined ? undefined : limit / this.#ratio.value;
  }

  stalledMs(now: number): number {
    return this.#hold.stalledMs(now);
  }

  /** How long nothing has been answered; 0 ms where there is no outage. */
  outage(now: number): OutageLength {
    return this.#outage.lasted(now);
  }

  forgive(): void {
    this.#hold.forgive();
    this.#outage.forgive();
  }

  state(now: number): Omit<PacingState, 'waiting'> {
    const until = this.heldUntil;
    const held = until > now;
    const { requests, tokens } = this.#quota.limits;
    const found = this.#congestion.state(now);
    return {
      state: held ? 'held' : 'open',
      until: held ? until : null,
      outage: this.#outage.on,
      refusals: this.#hold.refusals,
      window: found.window,
      requests: lower(found.requests, requests),
      tokens: lower(found.tokens, tokens),
    };
  }

  #tokens(estimate: number): number {
    return estimate * this.#ratio.value;
  }

  #noteFailure({ kind, ...breakdown }: PermitFailure, now: number): boolean {
    // A wave of timeouts is a crowd as a rule, and narrows the window.
    if (kind === 'timeout' && !this.#outage.on) return false;
    return this.#outage.failed(breakdown, now);
  }

  #refused(grant: Grant, { waitMs, limits, alone = false }: PermitRefusal, now: number): number {
    const short = this.#quota.explains(grant.tokens, now);
    // Without a reset it may be a rough word, and of a minute that is none: a hint for the search.
    const told = limits && withReset(limits);
    if (told !== undefined) this.#told(told, grant, now);
    if (alone) return waitMs ?? 0;
    const episode = grant.at > this.#lastRefusalAt;
    this.#lastRefusalAt = now;
    if (told === undefined ? short : explains(told, grant.tokens)) {
      // What is left is known now, and kept to: where no wait is asked for, that is enough.
      this.#hold.refused(now, waitMs ?? 0, episode);
      return 0;
    }
    const meaning = this.#congestion.refused({
      now,
      tokens: grant.tokens,
      sentAt: grant.at,
      later: this.#quota.later(grant),
      inFlight: this.#inFlight,
      said: limits,
    });
    if (meaning === 'noise') return waitMs ?? noiseWaitMs;
    const pauseMs = this.#congestion.pauseMs(now);
    this.#hold.refused(now, waitMs, meaning === 'cut', pauseMs);
    return 0;
  }

  #told(limits: LimitObservation, grant: Grant, now: number): void {
    this.#quota.observe(limits, grant, now);
    this.#congestion.told(this.#quota.toldRequests);
  }
}

/** The readings that say when all is free again. */
function withReset({ requests, tokens }: LimitObservation): LimitObservation | undefined {
  const known = {
    ...(requests?.resetMs === undefined ? {} : { requests }),
    ...(tokens?.resetMs === undefined ? {} : { tokens }),
  };
  return Object.keys(known).length === 0 ? undefined : known;
}

/** Whether the refusal itself says that too little was left for a request of so many tokens. */
function explains({ requests, tokens }: LimitObservation, cost: number): boolean {
  return (requests !== undefined && requests.remaining < 1) || (tokens !== undefined && tokens.remaining < cost);
}

/** What was found by search, where it is below what is known. */
function lower(found: number | undefined, known: PacedLimit | null): PacedLimit | null {
  if (found === undefined || found >= (known?.perMinute ?? Infinity)) return known;
  return { perMinute: Math.round(found), source: 'search' };
}
