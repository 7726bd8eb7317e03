import { noop, type SchedulerLike, type Subscription } from 'rxjs';

/** One request's deadline; `done` takes it back. */
export interface Deadline {
  done(): void;
}

class Entry implements Deadline {
  over = false;

  constructor(
    readonly at: number,
    public expire: () => void,
    private readonly onDone: () => void,
  ) {}

  done(): void {
    if (this.over) return;
    this.over = true;
    // The entry waits in the queue for those before it; its request must not.
    this.expire = noop;
    this.onDone();
  }
}

/** The longest wait a Node timer can hold. */
const longestTimerMs = 2_000_000_000;

/**
 * Deadlines that all lie equally far ahead, and so expire in the order they were set: one timer serves them all, where a
 * timer for each would cost as much as the rest of a request's bookkeeping.
 */
export class Deadlines {
  #queue: Entry[] = [];
  #head = 0;
  #open = 0;
  #timer: Subscription | undefined;

  constructor(
    readonly timeoutMs: number,
    private readonly scheduler: SchedulerLike,
  ) {}

  /** Calls `expire` after `timeoutMs`, unless taken back before. */
  set(expire: () => void): Deadline {
    const entry = new Entry(this.scheduler.now() + this.timeoutMs, expire, this.#onDone);
    this.#queue.push(entry);
    this.#open++;
    this.#plan();
    return entry;
  }

  readonly #onDone = (): void => {
    this.#open--;
    this.#skip();
    // No request left: no timer may keep the process alive.
    if (this.#open > 0) return;
    this.#timer?.unsubscribe();
    this.#timer = undefined;
  };

  #plan(): void {
    const first = this.#first();
    if (this.#timer !== undefined || first === undefined) return;
    const delay = Math.min(Math.max(0, first.at - this.scheduler.now()), longestTimerMs);
    this.#timer = this.scheduler.schedule(() => {
      this.#timer = undefined;
      this.#expire();
      this.#plan();
    }, delay);
  }

  #expire(): void {
    const now = this.scheduler.now();
    for (let first = this.#skip(); first !== undefined && first.at <= now; first = this.#skip()) {
      const { expire } = first;
      first.done();
      expire();
    }
  }

  /** Drops what is over from the front; returns the first that is not. */
  #skip(): Entry | undefined {
    while (this.#first()?.over === true) this.#head++;
    if (this.#head > 256 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return this.#first();
  }

  /** Nothing is read beyond the end: that alone makes the engine's fast code slow again. */
  #first(): Entry | undefined {
    return this.#head < this.#queue.length ? this.#queue[this.#head] : undefined;
  }
}
