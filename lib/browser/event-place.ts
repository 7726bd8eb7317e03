import type { BatchEvent } from '../core/events.js';

/** How far a stream has come, whatever the connection: nothing is lost at a reconnect, nothing told twice. */
export class EventPlace {
  readonly #asked: number | 'now' | undefined;
  /** Jobs that have not begun yet. */
  readonly #awaited: Set<string>;
  /** Snapshots wait for those of the other jobs: cut off between them, all are asked for again. */
  #held: BatchEvent[] = [];
  #last: number | undefined;

  constructor(after: number | 'now' | undefined, jobIds: readonly string[]) {
    this.#asked = after;
    this.#awaited = new Set(typeof after === 'number' ? [] : jobIds);
    if (typeof after === 'number') this.#last = after;
  }

  /** What the next connection asks to begin after; undefined: from the beginning, with snapshots. */
  connect(): number | 'now' | undefined {
    for (const { jobId } of this.#held) this.#awaited.add(jobId);
    this.#held = [];
    return this.#last ?? this.#asked;
  }

  /** What of an event is to be told now: itself if it is news, and what waited for it. */
  take(event: BatchEvent): readonly BatchEvent[] {
    // A snapshot's sequence is the place before the first event, so that several jobs' snapshots may share theirs.
    if (this.#awaited.delete(event.jobId)) {
      this.#held.push(event);
      return this.#awaited.size > 0 && event.type === 'progress' ? [] : this.#release();
    }
    const waited = this.#release();
    if (this.#last !== undefined && event.seq <= this.#last) return waited;
    this.#last = event.seq;
    return [...waited, event];
  }

  /** A job of which nothing comes. */
  gone(jobId: string): readonly BatchEvent[] {
    this.#awaited.delete(jobId);
    return this.#awaited.size > 0 ? [] : this.#release();
  }

  #release(): readonly BatchEvent[] {
    const held = this.#held;
    this.#held = [];
    for (const { seq } of held) this.#last = Math.max(this.#last ?? 0, seq);
    return held;
  }
}
