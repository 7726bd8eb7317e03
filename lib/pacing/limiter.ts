import { asyncScheduler, NEVER, Observable, Subject, type SchedulerLike, type Subscriber } from 'rxjs';
import type { PacingState } from '../core/progress.js';
import { Alarm } from './alarm.js';
import { FairQueue, type Waiter } from './fair-queue.js';
import type { OutageLength } from './outage.js';
import { Pacer } from './pacer.js';
import { HeldPermit, type Permit, type Settlement } from './permit.js';
import type { SetLimits } from './quota.js';

export interface LimiterOptions extends SetLimits {
  /** Requests wanted at a time; see {@link Limiter.expect}. */
  readonly concurrency?: number | undefined;
  readonly scheduler?: SchedulerLike;
  readonly random?: () => number;
}

/**
 * One quota: everybody who shares a provider, key and model passes here, jobs by turns. When a request may go is the
 * {@link Pacer}'s decision; here are the queue and the timer.
 */
export class Limiter {
  readonly #scheduler: SchedulerLike;
  readonly #changes = new Subject<void>();
  readonly #queue = new FairQueue<QueuedRequest>();
  readonly #pacer: Pacer;
  readonly #alarm: Alarm;
  /** Those in the queue that have not left it. */
  #waiting = 0;
  #draining = false;
  #openedAt = 0;

  constructor(options: LimiterOptions = {}) {
    this.#scheduler = options.scheduler ?? asyncScheduler;
    this.#pacer = new Pacer(options.random ?? Math.random);
    this.#alarm = new Alarm(this.#scheduler, () => this.#wake());
    this.configure(options);
    this.expect(options.concurrency ?? 0);
  }

  /** Fires when requests begin or cease to be held. */
  readonly changes$: Observable<void> = this.#changes.asObservable();

  /** Limits set by hand; the newest win. */
  configure(limits: SetLimits): void {
    if (this.#pacer.configure(limits, this.#scheduler.now()) && this.#waiting > 0) this.#drain();
  }

  /** So many requests at a time are wanted: a cold start begins with a quarter of them, at least 16. */
  expect(concurrency: number): void {
    this.#pacer.expect(concurrency);
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
    return this.#pacer.waitMs(estimate, now) <= 0 ? this.#grant(estimate, now) : undefined;
  }

  /**
   * Epoch milliseconds at which a request of so many estimated tokens may go by what the provider tells, where that is so far
   * off that waiting makes no sense: the quota is one of a day, and used up. Undefined otherwise.
   */
  spentUntil(estimate: number): number | undefined {
    return this.#pacer.spentUntil(estimate, this.#scheduler.now());
  }

  /** Tokens the provider gives at most, in estimated tokens, where it says so. */
  get tokenLimit(): number | undefined {
    return this.#pacer.tokenLimit;
  }

  /** The most estimated tokens that a good answer was given for. */
  get largest(): number {
    return this.#pacer.largest;
  }

  /** Good answers so far. */
  get successes(): number {
    return this.#pacer.successes;
  }

  get state(): PacingState {
    return { ...this.#pacer.state(this.#scheduler.now()), waiting: this.#waiting };
  }

  /** Nothing is under way, and nobody waits. */
  get idle(): boolean {
    return this.#waiting === 0 && this.#pacer.idle;
  }

  /** Milliseconds from the first refusal since the last success to when the gate opens next; 0 where nothing is refused. */
  get stalledMs(): number {
    return this.#pacer.stalledMs(this.#scheduler.now());
  }

  /** How long nothing has been answered, failures only; 0 ms where there is no outage. */
  get outage(): OutageLength {
    return this.#pacer.outage(this.#scheduler.now());
  }

  /** A new run gives a stalled limiter a new chance. */
  forgive(): void {
    this.#pacer.forgive();
  }

  #leave(): void {
    this.#waiting--;
    // Nobody to wake: a provider's wait of hours must not keep the process alive.
    if (this.#waiting === 0) this.#alarm.off();
  }

  #grant(estimate: number, now: number): Permit {
    return new HeldPermit(this.#pacer.grant(estimate, now), this.#settlement);
  }

  readonly #settlement: Settlement = {
    succeeded: (grant, answer) => {
      const { heldUntil } = this.#pacer;
      this.#pacer.succeeded(grant, answer, this.#scheduler.now());
      this.#settled();
      // The end of an outage.
      if (this.#pacer.heldUntil !== heldUntil) this.#changes.next();
    },
    refused: (grant, refusal) => {
      const ownWaitMs = this.#pacer.refused(grant, refusal, this.#scheduler.now());
      this.#settled();
      this.#changes.next();
      return ownWaitMs;
    },
    failed: (grant, failure) => {
      const { heldUntil } = this.#pacer;
      const free = this.#pacer.failed(grant, failure, this.#scheduler.now());
      this.#settled();
      if (this.#pacer.heldUntil !== heldUntil) this.#changes.next();
      return free;
    },
    rejected: (grant) => {
      this.#pacer.rejected(grant, this.#scheduler.now());
      this.#settled();
    },
    released: () => {
      this.#pacer.released();
      this.#settled();
    },
  };

  #settled(): void {
    if (this.#waiting > 0) this.#drain();
  }

  #drain(): void {
    // A request that is over at once comes back here; the loop at work sees to the next.
    if (this.#draining) return;
    this.#draining = true;
    const now = this.#scheduler.now();
    for (let next = this.#queue.peek(); next !== undefined; next = this.#queue.peek()) {
      const { estimate, subscriber } = next;
      if (this.#pacer.waitMs(estimate, now) > 0) break;
      this.#queue.shift(this.#pacer.share(estimate));
      subscriber.next(this.#grant(estimate, now));
      subscriber.complete();
    }
    this.#draining = false;
    this.#plan(now);
  }

  /** Comes back when the next in turn may go; what only an answer can open is opened by that answer. */
  #plan(now: number): void {
    const next = this.#waiting === 0 ? undefined : this.#nextInTurn();
    if (next !== undefined) this.#alarm.set(this.#pacer.waitMs(next.estimate, now));
  }

  /** Who is to pass next. Whoever would wait for hours is let go without a permit; the next may be content with less. */
  #nextInTurn(): QueuedRequest | undefined {
    for (let next = this.#queue.peek(); next !== undefined; next = this.#queue.peek()) {
      if (this.spentUntil(next.estimate) === undefined) return next;
      this.#queue.shift(0);
      next.subscriber.complete();
    }
    return undefined;
  }

  #wake(): void {
    const { heldUntil } = this.#pacer;
    const opens = heldUntil !== 0 && heldUntil <= this.#scheduler.now() && heldUntil !== this.#openedAt;
    this.#drain();
    if (!opens) return;
    // Told once.
    this.#openedAt = heldUntil;
    this.#changes.next();
  }
}

class QueuedRequest implements Waiter {
  constructor(
    readonly estimate: number,
    readonly subscriber: Subscriber<Permit>,
  ) {}

  get closed(): boolean {
    return this.subscriber.closed;
  }
}
