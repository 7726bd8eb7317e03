import type { SchedulerLike, Subscription } from 'rxjs';

/** The longest wait a Node timer can hold. */
const longestTimerMs = 2_000_000_000;

/** One timer for the earliest of many moments; it may ring too early, never too late. */
export class Alarm {
  #timer: Subscription | undefined;
  #at = Infinity;

  constructor(
    private readonly scheduler: SchedulerLike,
    private readonly ring: () => void,
  ) {}

  /** Rings in `waitMs`, unless it rings before. */
  set(waitMs: number): void {
    const at = this.scheduler.now() + waitMs;
    if (at >= this.#at || waitMs === Infinity) return;
    this.off();
    this.#at = at;
    this.#timer = this.scheduler.schedule(
      () => {
        this.#at = Infinity;
        this.ring();
      },
      Math.max(0, Math.min(waitMs, longestTimerMs)),
    );
  }

  off(): void {
    this.#timer?.unsubscribe();
    this.#timer = undefined;
    this.#at = Infinity;
  }
}
