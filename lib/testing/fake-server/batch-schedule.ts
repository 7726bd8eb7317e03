import type { BatchRun, Step } from './batch-run.js';
import type { FakeClock } from './clock.js';

interface Due {
  readonly run: BatchRun;
  readonly step: Step;
}

/**
 * Moves all batches of a server along its clock: whenever a change is due and whenever one of them is looked at, in the
 * order of time, one step after another. So a clock that jumps a day gives the same lives as one that ticks.
 */
export class BatchSchedule {
  readonly #clock: FakeClock;
  readonly #signal: AbortSignal;
  readonly #active = new Set<BatchRun>();
  #chain: Promise<void> = Promise.resolve();
  #callOff: (() => void) | undefined;

  /** @param signal aborted when the server closes */
  constructor(clock: FakeClock, signal: AbortSignal) {
    this.#clock = clock;
    this.#signal = signal;
  }

  /** Batches that have not ended, as of the last {@link settle}. */
  get unfinished(): number {
    return this.#active.size;
  }

  add(run: BatchRun): void {
    this.#active.add(run);
    this.#setAlarm();
  }

  /** Brings all batches to where the clock is now. */
  settle(): Promise<void> {
    const now = this.#clock.now();
    this.#chain = this.#chain.then(() => this.#advance(now));
    return this.#chain;
  }

  /** Begins to cancel a batch; false if it had ended by now. */
  async cancel(run: BatchRun): Promise<boolean> {
    const now = this.#clock.now();
    let cancelled = false;
    this.#chain = this.settle().then(() => {
      cancelled = run.cancel(now);
      this.#setAlarm();
    });
    await this.#chain;
    return cancelled;
  }

  async #advance(now: number): Promise<void> {
    for (let due = this.#first(); due && due.step.at <= now && !this.#signal.aborted; due = this.#first()) {
      await due.run.take(due.step);
      if (due.run.ended) this.#active.delete(due.run);
    }
    for (const run of this.#active) if (!this.#signal.aborted) await run.catchUp(now);
    this.#setAlarm();
  }

  #first(): Due | undefined {
    let first: Due | undefined;
    for (const run of this.#active) {
      const step = run.next();
      if (step && (!first || step.at < first.step.at)) first = { run, step };
    }
    return first;
  }

  #setAlarm(): void {
    this.#callOff?.();
    const first = this.#first();
    if (!first || this.#signal.aborted) return;
    this.#callOff = this.#clock.after(first.step.at - this.#clock.now(), () => {
      // A server that closes takes its files away from under the work.
      this.settle().catch(() => undefined);
    });
  }
}
