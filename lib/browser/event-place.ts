import type { BatchEvent } from '../core/events.js';

/** How far a stream has come, whatever the connection: nothing is lost at a reconnect, nothing told twice. */
export class EventPlace {
  readonly #asked: number | 'now' | undefined;
  readonly #begun = new Set<string>();
  #last: number | undefined;

  constructor(after: number | 'now' | undefined) {
    this.#asked = after;
    if (typeof after === 'number') this.#last = after;
  }

  /** What the next connection asks to begin after; undefined: from the beginning, with a snapshot. */
  get after(): number | 'now' | undefined {
    return this.#last ?? this.#asked;
  }

  /** Whether an event is news. */
  take({ jobId, seq }: BatchEvent): boolean {
    // A snapshot's sequence is the place before the first event, so that several jobs' snapshots may share theirs.
    const snapshot = typeof this.#asked !== 'number' && !this.#begun.has(jobId);
    this.#begun.add(jobId);
    if (!snapshot && this.#last !== undefined && seq <= this.#last) return false;
    this.#last = Math.max(this.#last ?? 0, seq);
    return true;
  }
}
