import {
  asyncScheduler,
  NEVER,
  Observable,
  Subject,
  type SchedulerLike,
  type Subscriber,
  type Subscription,
} from 'rxjs';
import { backoffDelay } from '../core/backoff.js';
import type { PacingState } from '../core/progress.js';
import { TokenBucket } from './token-bucket.js';

export interface LimiterOptions {
  readonly requestsPerMinute?: number | undefined;
  readonly tokensPerMinute?: number | undefined;
  readonly scheduler?: SchedulerLike;
  readonly random?: () => number;
}

/** The right to send one request. Exactly one of its verbs ends it; a second call does nothing. */
export interface Permit {
  succeeded(): void;
  /** The provider refused for its rate: everybody waits, for `waitMs` or a backoff of our own. */
  refused(waitMs?: number): void;
  /** Neither: it failed otherwise, or was given up. */
  released(): void;
}

type Settle = (outcome: 'succeeded' | 'refused' | 'released', sentAt: number, waitMs?: number) => void;

class HeldPermit implements Permit {
  #open = true;

  constructor(
    private readonly sentAt: number,
    private readonly settle: Settle,
  ) {}

  succeeded(): void {
    this.#end('succeeded');
  }

  refused(waitMs?: number): void {
    this.#end('refused', waitMs);
  }

  released(): void {
    this.#end('released');
  }

  #end(outcome: 'succeeded' | 'refused' | 'released', waitMs?: number): void {
    if (!this.#open) return;
    this.#open = false;
    this.settle(outcome, this.sentAt, waitMs);
  }
}

interface Waiting {
  readonly tokens: number;
  readonly subscriber: Subscriber<Permit>;
}

/** Waits between refusals when the provider names none. */
const ownHold = { baseMs: 1_000, maxMs: 60_000 };

/**
 * One quota: everybody who shares a provider, key and model passes here, in turn. Holds requests and tokens per minute,
 * closes for all when one is refused, and opens slowly again: half as many in flight as before, one more per success.
 */
export class Limiter {
  readonly #scheduler: SchedulerLike;
  readonly #random: () => number;
  readonly #changes = new Subject<void>();
  readonly #queue: Waiting[] = [];
  #head = 0;
  #requests: TokenBucket | undefined;
  #tokens: TokenBucket | undefined;
  #limits = '';
  #wake: Subscription | undefined;
  /** Those in the queue that have not left it. */
  #waiting = 0;
  #heldUntil = 0;
  #inFlight = 0;
  #draining = false;
  #window = Infinity;
  #episodes = 0;
  #lastRefusalAt = -1;
  #refusals = 0;
  #stalledSince: number | null = null;

  constructor(options: LimiterOptions = {}) {
    this.#scheduler = options.scheduler ?? asyncScheduler;
    this.#random = options.random ?? Math.random;
    this.configure(options);
  }

  /** Fires when requests begin or cease to be held. */
  readonly changes$: Observable<void> = this.#changes.asObservable();

  /** Limits set by hand; the newest win. */
  configure({
    requestsPerMinute,
    tokensPerMinute,
  }: Pick<LimiterOptions, 'requestsPerMinute' | 'tokensPerMinute'>): void {
    const limits = `${String(requestsPerMinute)}/${String(tokensPerMinute)}`;
    if (limits === this.#limits) return;
    this.#limits = limits;
    const now = this.#scheduler.now();
    // What is spent stays spent: two jobs that take turns in setting different limits must not fill the bucket each time.
    this.#requests =
      requestsPerMinute === undefined ? undefined : new TokenBucket(requestsPerMinute, now, this.#requests);
    this.#tokens = tokensPerMinute === undefined ? undefined : new TokenBucket(tokensPerMinute, now, this.#tokens);
    if (this.#length > 0) this.#drain();
  }

  /**
   * Emits a permit when the request may be sent, first come first served, and completes. Unsubscribing leaves the queue;
   * so does a value of `until$`, which completes it without a permit.
   */
  admit(tokens: number, until$: Observable<unknown> = NEVER): Observable<Permit> {
    return new Observable<Permit>((subscriber) => {
      const permit = this.tryAdmit(tokens);
      if (permit !== undefined) {
        subscriber.next(permit);
        subscriber.complete();
        return;
      }
      this.#queue.push({ tokens, subscriber });
      this.#waiting++;
      subscriber.add(() => this.#leave());
      if (until$ !== NEVER) {
        subscriber.add(until$.subscribe({ next: () => subscriber.complete(), error: () => subscriber.complete() }));
      }
      this.#plan(this.#scheduler.now());
    });
  }

  /** A permit at once, or undefined where one must wait its turn. */
  tryAdmit(tokens: number): Permit | undefined {
    const now = this.#scheduler.now();
    return this.#length === 0 && this.#waitMs(tokens, now) === 0 ? this.#grant(tokens, now) : undefined;
  }

  get state(): PacingState {
    const now = this.#scheduler.now();
    const held = this.#heldUntil > now;
    return {
      state: held ? 'held' : 'open',
      until: held ? this.#heldUntil : null,
      waiting: this.#waiting,
      refusals: this.#refusals,
      window: Number.isFinite(this.#window) ? this.#window : null,
      requests: null,
      tokens: null,
    };
  }

  /** Milliseconds from the first refusal since the last success to when the gate opens next; 0 where nothing is refused. */
  get stalledMs(): number {
    return this.#stalledSince === null ? 0 : Math.max(this.#heldUntil, this.#scheduler.now()) - this.#stalledSince;
  }

  /** A new run gives a stalled limiter a new chance. */
  forgive(): void {
    this.#stalledSince = null;
  }

  #leave(): void {
    this.#waiting--;
    if (this.#waiting > 0) return;
    // Nobody to wake: a provider's wait of hours must not keep the process alive.
    this.#wake?.unsubscribe();
    this.#wake = undefined;
  }

  get #length(): number {
    return this.#queue.length - this.#head;
  }

  #waitMs(tokens: number, now: number): number {
    if (this.#inFlight >= this.#window) return Infinity;
    return Math.max(
      this.#heldUntil - now,
      this.#requests?.waitMs(1, now) ?? 0,
      this.#tokens?.waitMs(tokens, now) ?? 0,
      0,
    );
  }

  #grant(tokens: number, now: number): Permit {
    this.#requests?.spend(1, now);
    this.#tokens?.spend(tokens, now);
    this.#inFlight++;
    return new HeldPermit(now, this.#settle);
  }

  readonly #settle: Settle = (outcome, sentAt, waitMs) => {
    this.#inFlight--;
    if (outcome === 'succeeded') this.#succeed();
    else if (outcome === 'refused') this.#refuse(sentAt, waitMs);
    if (this.#length > 0) this.#drain();
  };

  #succeed(): void {
    this.#stalledSince = null;
    this.#episodes = 0;
    if (this.#window < 1_000_000) this.#window++;
  }

  #refuse(sentAt: number, waitMs: number | undefined): void {
    const now = this.#scheduler.now();
    this.#refusals++;
    this.#stalledSince ??= now;
    // What was sent before the last refusal says nothing new: one cut per episode.
    if (sentAt > this.#lastRefusalAt || this.#lastRefusalAt < 0) {
      this.#episodes++;
      this.#window = Math.max(1, Math.floor(Math.min(this.#window, this.#inFlight + 1) / 2));
      this.#lastRefusalAt = now;
    }
    const own = ownHold.baseMs / 2 + backoffDelay(this.#episodes, ownHold, this.#random);
    this.#heldUntil = Math.max(this.#heldUntil, now + (waitMs ?? own));
    this.#changes.next();
    this.#plan(now);
  }

  #drain(): void {
    // A request that is over at once comes back here; the loop at work sees to the next.
    if (this.#draining) return;
    this.#draining = true;
    this.#wake?.unsubscribe();
    this.#wake = undefined;
    const now = this.#scheduler.now();
    while (this.#length > 0) {
      const next = this.#queue[this.#head];
      if (next === undefined) break;
      if (next.subscriber.closed) {
        this.#shift();
        continue;
      }
      if (this.#waitMs(next.tokens, now) > 0) break;
      this.#shift();
      next.subscriber.next(this.#grant(next.tokens, now));
      next.subscriber.complete();
    }
    this.#draining = false;
    this.#plan(now);
  }

  #shift(): void {
    this.#head++;
    if (this.#head > 512 && this.#head * 2 > this.#queue.length) {
      this.#queue.splice(0, this.#head);
      this.#head = 0;
    }
  }

  /** Comes back when the first in the queue may go; a full window is woken by its permits. */
  #plan(now: number): void {
    const next = this.#queue[this.#head];
    if (next === undefined || this.#waiting === 0 || this.#wake !== undefined) return;
    const waitMs = this.#waitMs(next.tokens, now);
    if (waitMs === Infinity) return;
    const clamped = Math.min(waitMs, 2_000_000_000);
    this.#wake = this.#scheduler.schedule(() => {
      this.#wake = undefined;
      this.#drain();
      this.#changes.next();
    }, clamped);
  }
}
