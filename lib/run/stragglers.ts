import type { SchedulerLike, Subscription } from 'rxjs';
import { Latencies } from './latencies.js';

interface Running {
  readonly sentAt: number;
  /** Times in a row that the item was given up as a straggler: each doubles what it gets. */
  readonly straggles: number;
  readonly giveUp: (afterMs: number) => void;
}

/** No attempt is a straggler before. */
const leastMs = 1_000;

/**
 * Gives up attempts that take far longer than the run's others, so that the last few do not hold all: after `factor` times
 * the 95th percentile of the answers so far. One timer for all, for the next that would be late.
 */
export class Stragglers {
  readonly #latencies = new Latencies();
  readonly #running = new Set<Running>();
  #timer: Subscription | undefined;
  #dueAt = Infinity;

  constructor(
    private readonly factor: number,
    private readonly scheduler: SchedulerLike,
  ) {}

  /** An answer came after so many milliseconds. */
  answered(ms: number): void {
    this.#latencies.note(ms);
    this.#plan();
  }

  /** Watches an attempt; the function returned ends that. */
  watch(running: Running): () => void {
    this.#running.add(running);
    this.#plan();
    return () => {
      this.#running.delete(running);
      if (this.#running.size > 0) return;
      this.#timer?.unsubscribe();
      this.#dueAt = Infinity;
    };
  }

  /** Milliseconds that an attempt may take, or undefined while too little is known. */
  allowanceMs(straggles: number): number | undefined {
    const { p95 } = this.#latencies;
    return p95 === undefined ? undefined : Math.max(leastMs, p95 * this.factor) * 2 ** straggles;
  }

  #plan(): void {
    // Those sent first are late first, but for the few that get more time; the timer finds out.
    const [first] = this.#running;
    if (first === undefined) return;
    const allowanceMs = this.allowanceMs(0);
    if (allowanceMs === undefined) return;
    const now = this.scheduler.now();
    this.#planAt(Math.max(now + allowanceMs / 8, first.sentAt + allowanceMs), now);
  }

  #planAt(at: number, now: number): void {
    if (at >= this.#dueAt) return;
    this.#timer?.unsubscribe();
    this.#dueAt = at;
    this.#timer = this.scheduler.schedule(() => this.#look(), Math.max(1, Math.ceil(at - now)));
  }

  #look(): void {
    this.#dueAt = Infinity;
    const now = this.scheduler.now();
    for (const running of [...this.#running]) {
      const allowanceMs = this.allowanceMs(running.straggles);
      if (allowanceMs === undefined || now - running.sentAt < allowanceMs) continue;
      this.#running.delete(running);
      running.giveUp(now - running.sentAt);
    }
    this.#plan();
  }
}
