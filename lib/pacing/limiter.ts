import {
  asyncScheduler,
  NEVER,
  Observable,
  Subject,
  type SchedulerLike,
  type Subscriber,
  type Subscription,
} from 'rxjs';
import type { LimitObservation } from '../core/limits.js';
import type { PacedLimit, PacingState } from '../core/progress.js';
import { Congestion } from './congestion.js';
import { FairQueue, type Waiter } from './fair-queue.js';
import { Hold } from './hold.js';
import { HeldPermit, type Grant, type Permit, type PermitRefusal, type Settlement } from './permit.js';
import { Quota, type SetLimits } from './quota.js';
import { TokenRatio } from './token-ratio.js';

export interface LimiterOptions extends SetLimits {
  /** Requests wanted at a time; see {@link Limiter.expect}. */
  readonly concurrency?: number | undefined;
  readonly scheduler?: SchedulerLike;
  readonly random?: () => number;
}

interface Waiting extends Waiter {
  readonly estimate: number;
  readonly subscriber: Subscriber<Permit>;
}

/** A quota that gives nothing for longer than this is not one of a minute. */
const spentMs = 600_000;
/** How long a request stays away whose refusal is held to be chance, where no wait is asked for. */
const noiseWaitMs = 1_000;

/** The longest wait a Node timer can hold. */
const longestTimerMs = 2_000_000_000;

/**
 * One quota: everybody who shares a provider, key and model passes here, jobs by turns. Holds what the user set, what the
 * provider tells, and what was found by search where nobody tells; closes for all when one is refused.
 */
export class Limiter {
  readonly #scheduler: SchedulerLike;
  readonly #changes = new Subject<void>();
  readonly #queue = new FairQueue<Waiting>();
  readonly #quota = new Quota();
  readonly #congestion = new Congestion();
  readonly #ratio = new TokenRatio();
  readonly #hold: Hold;
  #wake: Subscription | undefined;
  #wakeAt = Infinity;
  /** Those in the queue that have not left it. */
  #waiting = 0;
  #inFlight = 0;
  #draining = false;
  #lastRefusalAt = -Infinity;
  #successes = 0;
  #largest = 0;
  #openedAt = 0;

  constructor(options: LimiterOptions = {}) {
    this.#scheduler = options.scheduler ?? asyncScheduler;
    this.#hold = new Hold(options.random ?? Math.random);
    this.configure(options);
    this.expect(options.concurrency ?? 0);
  }

  /** Fires when requests begin or cease to be held. */
  readonly changes$: Observable<void> = this.#changes.asObservable();

  /** Limits set by hand; the newest win. */
  configure(limits: SetLimits): void {
    if (this.#quota.configure(limits, this.#scheduler.now()) && this.#waiting > 0) this.#drain();
  }

  /** So many requests at a time are wanted: a cold start begins with a quarter of them, at least 16. */
  expect(concurrency: number): void {
    this.#congestion.expect(concurrency);
  }

  /**
   * Emits a permit for a request of so many estimated tokens when it may be sent, and completes; in the order asked within
   * a `flow` (a job), and among flows by turns. Unsubscribing leaves the queue; so does a value of `until$`, which completes it
   * without a permit; so does a quota that is used up, see {@link spentUntil}.
   */
  admit(estimate: number, until$: Observable<unknown> = NEVER, flow = ''): Observable<Permit> {
    return new Observable<Permit>((subscriber) => {
      const permit = this.tryAdmit(estimate);
      if (permit !== undefined) {
        subscriber.next(permit);
        subscriber.complete();
        return;
      }
      this.#queue.push(flow, new QueuedRequest(estimate, subscriber));
      this.#waiting++;
      subscriber.add(() => this.#leave());
      if (until$ !== NEVER) {
        subscriber.add(until$.subscribe({ next: () => subscriber.complete(), error: () => subscriber.complete() }));
      }
      this.#plan(this.#scheduler.now());
    });
  }

  /** A permit at once, or undefined where one must wait its turn. */
  tryAdmit(estimate: number): Permit | undefined {
    if (this.#waiting > 0) return undefined;
    const now = this.#scheduler.now();
    const tokens = estimate * this.#ratio.value;
    return this.#waitMs(tokens, now) <= 0 ? this.#grant(estimate, tokens, now) : undefined;
  }

  /**
   * Epoch milliseconds at which a request of so many estimated tokens may go by what the provider tells, where that is so far
   * off that waiting makes no sense: the quota is one of a day, and used up. Undefined otherwise.
   */
  spentUntil(estimate: number): number | undefined {
    const now = this.#scheduler.now();
    const waitMs = this.#quota.dayWaitMs(estimate * this.#ratio.value, now);
    return waitMs > spentMs ? now + waitMs : undefined;
  }

  /** Tokens the provider gives at most, in estimated tokens, where it says so. */
  get tokenLimit(): number | undefined {
    const limit = this.#quota.tokenLimit;
    return limit === undefined ? undefined : limit / this.#ratio.value;
  }

  /** The most estimated tokens that a good answer was given for. */
  get largest(): number {
    return this.#largest;
  }

  get state(): PacingState {
    const now = this.#scheduler.now();
    const held = this.#hold.until > now;
    const { requests, tokens } = this.#quota.limits;
    const found = this.#congestion.state(now);
    return {
      state: held ? 'held' : 'open',
      until: held ? this.#hold.until : null,
      waiting: this.#waiting,
      refusals: this.#hold.refusals,
      window: found.window,
      requests: lower(found.requests, requests),
      tokens: lower(found.tokens, tokens),
    };
  }

  /** Good answers so far. */
  get successes(): number {
    return this.#successes;
  }

  /** Milliseconds from the first refusal since the last success to when the gate opens next; 0 where nothing is refused. */
  get stalledMs(): number {
    return this.#hold.stalledMs(this.#scheduler.now());
  }

  /** A new run gives a stalled limiter a new chance. */
  forgive(): void {
    this.#hold.forgive();
  }

  #leave(): void {
    this.#waiting--;
    if (this.#waiting > 0) return;
    // Nobody to wake: a provider's wait of hours must not keep the process alive.
    this.#sleep();
  }

  #waitMs(tokens: number, now: number): number {
    return Math.max(
      this.#hold.until - now,
      this.#quota.waitMs(tokens, now),
      this.#congestion.waitMs(tokens, this.#inFlight, now),
    );
  }

  #grant(estimate: number, tokens: number, now: number): Permit {
    this.#inFlight++;
    this.#congestion.sent(tokens, this.#inFlight, now);
    return new HeldPermit(this.#quota.spend(estimate, tokens, now), this.#settlement);
  }

  readonly #settlement: Settlement = {
    succeeded: (grant, { limits, usedTokens }) => {
      const now = this.#scheduler.now();
      this.#successes++;
      this.#largest = Math.max(this.#largest, grant.estimate);
      this.#hold.succeeded();
      this.#congestion.succeeded(now - grant.at, this.#inFlight, now);
      if (limits !== undefined) this.#told(limits, grant);
      if (usedTokens !== undefined) {
        this.#ratio.note(grant.estimate, usedTokens);
        this.#quota.recount(grant, usedTokens, now);
      }
      this.#settled();
    },
    refused: (grant, refusal) => {
      const ownWaitMs = this.#refuse(grant, refusal);
      this.#settled();
      this.#changes.next();
      return ownWaitMs;
    },
    overloaded: (grant) => {
      this.#congestion.overloaded(grant.at, this.#inFlight, this.#scheduler.now());
      this.#settled();
    },
    released: () => this.#settled(),
  };

  #refuse(grant: Grant, { waitMs, limits, alone = false }: PermitRefusal): number {
    const now = this.#scheduler.now();
    const short = this.#quota.explains(grant.tokens, now);
    // Without a reset it may be a rough word, and of a minute that is none: a hint for the search.
    const told = limits && withReset(limits);
    if (told !== undefined) this.#told(told, grant);
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

  #told(limits: LimitObservation, grant: Grant): void {
    this.#quota.observe(limits, grant, this.#scheduler.now());
    this.#congestion.told(this.#quota.toldRequests);
  }

  #settled(): void {
    this.#inFlight--;
    if (this.#waiting > 0) this.#drain();
  }

  #drain(): void {
    // A request that is over at once comes back here; the loop at work sees to the next.
    if (this.#draining) return;
    this.#draining = true;
    const now = this.#scheduler.now();
    for (let next = this.#queue.peek(); next !== undefined; next = this.#queue.peek()) {
      const tokens = next.estimate * this.#ratio.value;
      if (this.#waitMs(tokens, now) > 0) break;
      this.#queue.shift(this.#quota.share(tokens));
      next.subscriber.next(this.#grant(next.estimate, tokens, now));
      next.subscriber.complete();
    }
    this.#draining = false;
    this.#plan(now);
  }

  /** Comes back when the next in turn may go; what only an answer can open is opened by that answer. */
  #plan(now: number): void {
    const next = this.#waiting === 0 ? undefined : this.#nextInTurn();
    if (next === undefined) return;
    const waitMs = this.#waitMs(next.estimate * this.#ratio.value, now);
    if (now + waitMs >= this.#wakeAt || waitMs === Infinity) return;
    this.#sleep();
    this.#wakeAt = now + waitMs;
    this.#wake = this.#scheduler.schedule(
      () => {
        this.#wakeAt = Infinity;
        const wasHeld = this.#hold.until !== 0 && this.#hold.until <= this.#scheduler.now();
        this.#drain();
        if (wasHeld) this.#opened();
      },
      Math.max(0, Math.min(waitMs, longestTimerMs)),
    );
  }

  /** Who is to pass next. Whoever would wait for hours is let go without a permit; the next may be content with less. */
  #nextInTurn(): Waiting | undefined {
    for (let next = this.#queue.peek(); next !== undefined; next = this.#queue.peek()) {
      if (this.spentUntil(next.estimate) === undefined) return next;
      this.#queue.shift(0);
      next.subscriber.complete();
    }
    return undefined;
  }

  #sleep(): void {
    this.#wake?.unsubscribe();
    this.#wake = undefined;
    this.#wakeAt = Infinity;
  }

  /** Tells once that the gate is open again. */
  #opened(): void {
    if (this.#openedAt === this.#hold.until) return;
    this.#openedAt = this.#hold.until;
    this.#changes.next();
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

class QueuedRequest implements Waiting {
  constructor(
    readonly estimate: number,
    readonly subscriber: Subscriber<Permit>,
  ) {}

  get closed(): boolean {
    return this.subscriber.closed;
  }
}
