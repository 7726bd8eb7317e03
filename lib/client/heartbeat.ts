import { isBatchError } from '../core/errors.js';
import type { ActiveJob } from '../job/active-job.js';
import type { BatchStore, Lease } from '../store/store.js';
import { SleepWatch } from './sleep-watch.js';

const beatMs = 1_000;
/** Beats between two signs of life in the database. */
const signEvery = 5;

export interface Beating {
  readonly lease: Lease;
  readonly run: ActiveJob;
}

/**
 * Once a second while jobs run: what other processes want of them, whether they are still ours, whether the machine
 * slept. A real timer outside RxJS that keeps no process alive, or a `TestScheduler` would never come to an end.
 */
export class Heartbeat {
  readonly sleep = new SleepWatch(() => Date.now());
  #timer: ReturnType<typeof setInterval> | undefined;
  #beats = 0;

  constructor(
    private readonly store: BatchStore,
    private readonly jobs: () => readonly Beating[],
  ) {}

  start(): void {
    if (this.#timer !== undefined || this.store.location === ':memory:') return;
    this.sleep.beat();
    this.#timer = setInterval(() => this.#beat(), beatMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #beat(): void {
    this.sleep.beat();
    for (const { lease, run } of this.jobs()) {
      try {
        const request = this.store.readControl(lease);
        if (request !== null) run.control(request);
      } catch (error) {
        // Lost for sure; anything else shows at the next commit, with its own words.
        if (isBatchError(error) && error.code === 'lease_lost') run.lose(error);
      }
    }
    if (++this.#beats % signEvery !== 0) return;
    try {
      this.store.heartbeat();
    } catch {
      // The next one will do; on this machine the kernel lock counts, not the beat.
    }
  }
}
