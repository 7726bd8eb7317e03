import type { SchedulerLike, Subscription } from 'rxjs';

/** The longest wait a Node timer can hold. */
const longestMs = 2_000_000_000;

/** Rings at the earliest of the moments asked for. */
export class Alarm {
  #at = Infinity;
  #timer: Subscription | undefined;
  #off = false;

  constructor(
    private readonly ring: () => void,
    private readonly scheduler: SchedulerLike,
  ) {}

  in(delayMs: number): void {
    const at = this.scheduler.now() + delayMs;
    if (this.#off || at >= this.#at) return;
    this.#at = at;
    this.#timer?.unsubscribe();
    this.#timer = this.scheduler.schedule(
      () => {
        this.#at = Infinity;
        this.ring();
      },
      Math.min(delayMs, longestMs),
    );
  }

  off(): void {
    this.#off = true;
    this.#timer?.unsubscribe();
  }
}
