/** Beats this far apart mean that the machine slept (or that its event loop stood still, which is as bad for sockets). */
const gapMs = 10_000;

/** Notices that the machine slept: timers fire all at once, sockets are dead, and nobody is to blame. */
export class SleepWatch {
  #lastBeat: number | undefined;
  #woke = 0;

  constructor(private readonly now: () => number) {}

  /** Called every second by a timer. */
  beat(): void {
    const now = this.now();
    if (this.#lastBeat !== undefined && now - this.#lastBeat > gapMs) this.#woke = now;
    this.#lastBeat = now;
  }

  /** Whether the machine slept at some moment after `time`. */
  sleptSince(time: number): boolean {
    // A socket's error may come before the first beat after waking up.
    const overdue = this.#lastBeat !== undefined && this.now() - this.#lastBeat > gapMs;
    return this.#woke > time || (overdue && time < this.now());
  }
}
