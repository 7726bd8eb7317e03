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
   * in spite of the waits asked for, the backoff is the floor after a while. `pauseMs`: where the pace is known, the time that
   * fills a bucket a little; doubled each time that it was not enough.
   */
  refused(now: number, waitMs: number | undefined, episode: boolean, pauseMs = 0): void {
    this.refusals++;
    this.#stalledSince ??= now;
    if (episode) this.#episodes++;
    this.until = Math.max(this.until, Math.ceil(now + Math.max(waitMs ?? 0, this.#floorMs(waitMs, pauseMs))));
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

  #floorMs(waitMs: number | undefined, pauseMs: number): number {
    if (waitMs !== undefined) return Math.max(pauseMs, this.#ownMs(this.#episodes - patience));
    return pauseMs > 0 ? Math.min(own.maxMs, pauseMs * 2 ** (this.#episodes - 1)) : this.#ownMs(this.#episodes);
  }

  #ownMs(episodes: number): number {
    return episodes <= 0 ? 0 : own.baseMs / 2 + backoffDelay(episodes, own, this.random);
  }
}
