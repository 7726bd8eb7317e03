/** What time it is for a fake server: drives its quotas, its batches and the times it writes. Latency is always real. */
export interface FakeClock {
  /** Epoch milliseconds, whole. */
  now(): number;
  /** Calls back once, `ms` from now. The returned function calls it off. */
  after(ms: number, run: () => void): () => void;
}

/** A longer delay would overflow Node's timers and fire at once. */
const longestTimeoutMs = 2 ** 31 - 1;

/** The machine's clock. Its timers do not keep the process alive. */
export const realClock: FakeClock = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, Math.min(Math.max(ms, 0), longestTimeoutMs)).unref();
    return () => {
      clearTimeout(timer);
    };
  },
};

interface Alarm {
  readonly at: number;
  readonly run: () => void;
}

/**
 * A clock that stands still until it is told to move, so that a batch's 24 hours pass in no time.
 *
 * ```ts
 * const clock = new ManualClock();
 * const server = await startFakeOpenAI({ clock });
 * clock.advance(24 * 3_600_000);
 * ```
 */
export class ManualClock implements FakeClock {
  readonly #alarms = new Set<Alarm>();
  #now: number;

  /** @param start epoch milliseconds; default 2026-01-01T00:00:00Z */
  constructor(start: number = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const alarm: Alarm = { at: this.#now + Math.max(ms, 0), run };
    this.#alarms.add(alarm);
    return () => {
      this.#alarms.delete(alarm);
    };
  }

  /** Moves on by `ms` and runs, in order, whatever falls due on the way. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#firstDue(end); next; next = this.#firstDue(end)) {
      this.#alarms.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = end;
  }

  #firstDue(end: number): Alarm | undefined {
    let first: Alarm | undefined;
    for (const alarm of this.#alarms) {
      if (alarm.at <= end && (!first || alarm.at < first.at)) first = alarm;
    }
    return first;
  }
}
