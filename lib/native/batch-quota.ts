import { asyncScheduler, Subject, type Observable, type SchedulerLike } from 'rxjs';
import { backoffDelay, waitAtLeast } from '../core/backoff.js';
import type { NativeCaps } from '../provider/native.js';
import { EnqueuedAccount } from './enqueued-account.js';

/** What there is to be enqueued: `key` names the shard among all jobs. */
export interface Enqueued {
  readonly key: string;
  readonly model: string;
  readonly tokens: number;
}

/** May go now; may go after so many milliseconds; may go when something changes. */
export type Admission = 'now' | 'later' | number;

const hourMs = 3_600_000;
const backoff = { baseMs: 60_000, maxMs: 900_000 };

/** The provider's limits on the batches of one quota scope, shared by all jobs of a client. */
export class BatchQuota {
  readonly #accounts = new Map<string, EnqueuedAccount>();
  readonly #live = new Set<string>();
  readonly #changes = new Subject<void>();
  readonly #scheduler: SchedulerLike;
  readonly #random: () => number;
  #caps: NativeCaps;
  #creations: number[] = [];
  #heldUntil = 0;
  #refusals = 0;

  /** Emits when what could not go may go now. */
  readonly changes$: Observable<void> = this.#changes.asObservable();

  constructor(caps: NativeCaps, options: { readonly scheduler?: SchedulerLike; readonly random?: () => number } = {}) {
    this.#caps = caps;
    this.#scheduler = options.scheduler ?? asyncScheduler;
    this.#random = options.random ?? Math.random;
  }

  configure(caps: NativeCaps): void {
    this.#caps = caps;
    for (const account of this.#accounts.values()) account.state(caps.enqueuedTokens);
  }

  /** Most tokens one batch should have, or null. */
  tokenLimit(model: string): number | null {
    return this.#account(model).limit;
  }

  /** Epoch milliseconds until which everything waits after a refusal, or null. */
  get heldUntil(): number | null {
    return this.#heldUntil > this.#scheduler.now() ? this.#heldUntil : null;
  }

  get refusals(): number {
    return this.#refusals;
  }

  ask({ model, tokens }: Enqueued): Admission {
    const now = this.#scheduler.now();
    if (this.#heldUntil > now) return this.#heldUntil - now;
    if (this.#live.size >= this.#caps.maxBatches || !this.#account(model).fits(tokens)) return 'later';
    this.#creations = this.#creations.filter((at) => at > now - hourMs);
    const [first] = this.#creations;
    return first === undefined || this.#creations.length < this.#caps.creationsPerHour ? 'now' : first + hourMs - now;
  }

  /** Is about to be created. */
  take(enqueued: Enqueued): void {
    this.#creations.push(this.#scheduler.now());
    this.hold(enqueued);
  }

  /** Is there already, or may be. */
  hold({ key, model, tokens }: Enqueued): void {
    this.#live.add(key);
    this.#account(model).reserve(key, tokens);
  }

  /** Is no longer in the provider's queue: the next may go, even within the wait after a refusal. */
  drained({ key, model }: Enqueued): void {
    this.#account(model).drained(key);
    if (!this.#live.delete(key)) return;
    this.#heldUntil = 0;
    this.#refusals = 0;
    this.#changes.next();
  }

  /** Was not created after all. */
  giveBack({ key, model }: Enqueued): void {
    this.#account(model).release(key);
    if (this.#live.delete(key)) this.#changes.next();
  }

  /** Was refused for what is enqueued (`certain`: and nothing else) or created: everything waits. */
  refused({ key, model, tokens }: Enqueued, certain: boolean, waitMs?: number): { readonly tooLarge: boolean } {
    this.#live.delete(key);
    const waits = waitAtLeast(waitMs, backoffDelay(++this.#refusals, backoff, this.#random));
    this.#heldUntil = this.#scheduler.now() + waits;
    return this.#account(model).refused(key, tokens, certain);
  }

  #account(model: string): EnqueuedAccount {
    let account = this.#accounts.get(model);
    if (account === undefined) this.#accounts.set(model, (account = new EnqueuedAccount(this.#caps.enqueuedTokens)));
    return account;
  }
}
