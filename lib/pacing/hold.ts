import { backoffDelay } from '../core/backoff.js';

/** Waits between refusals when the provider names none. */
const own = { baseMs: 500, maxMs: 60_000 };
/** So many refusals in a row, without one success, are believed to end after the wait the provider asks for. */
const patience = 16;

/** The gate everybody stands before after a refusal, and how long nothing has passed it. */
export class Hold {
  until = 0;
  refusals = 0;
  /** Refusals in a row, as episodes: what was sent before one says nothing new. */
  #episodes = 0;
  #stalledSince: number | null = null;

  constructor(private readonly random: () => number) {}

  /**
   * Closes until `waitMs` from now, or for a backoff of our own; never opens earlier than said before. Where nothing passes
   * in spite of the waits asked for, the backoff is the floor after a while.
   */
  refused(now: number, waitMs: number | undefined, episode: boolean): void {
    this.refusals++;
    this.#stalledSince ??= now;
    if (episode) this.#episodes++;
    const floor = waitMs === undefined ? this.#ownMs(this.#episodes) : this.#ownMs(this.#episodes - patience);
    this.until = Math.max(this.until, Math.ceil(now + Math.max(waitMs ?? 0, floor)));
  }

  succeeded(): void {
    this.#stalledSince = null;
    this.#episodes = 0;
  }

  /** Milliseconds from the first refusal since the last success to when the gate opens next; 0 where nothing is refused. */
  stalledMs(now: number): number {
    return this.#stalledSince === null ? 0 : Math.max(this.until, now) - this.#stalledSince;
  }

  /** A new run gives a stalled limiter a new chance. */
  forgive(): void {
    this.#stalledSince = null;
  }

  #ownMs(episodes: number): number {
    return episodes <= 0 ? 0 : own.baseMs / 2 + backoffDelay(episodes, own, this.random);
  }
}
