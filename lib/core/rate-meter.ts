const windowSeconds = 60;

/** Sums over the last minute, in slots of a second; per minute, or extrapolated while the run is younger. */
export class RateMeter {
  readonly #slots: Float64Array;
  readonly #seconds: Float64Array;
  /** Since the first thing counted: what came before (reading a long input) says nothing about the rate. */
  #startedAt: number | undefined;

  constructor(private readonly width: number) {
    this.#slots = new Float64Array(windowSeconds * width);
    this.#seconds = new Float64Array(windowSeconds).fill(-1);
  }

  add(now: number, column: number, amount: number): void {
    this.#startedAt ??= now;
    const second = Math.floor(now / 1000);
    const slot = second % windowSeconds;
    if (this.#seconds[slot] !== second) {
      this.#seconds[slot] = second;
      this.#slots.fill(0, slot * this.width, (slot + 1) * this.width);
    }
    this.#slots[slot * this.width + column] = (this.#slots[slot * this.width + column] ?? 0) + amount;
  }

  perMinute(now: number, column: number): number {
    const newest = Math.floor(now / 1000);
    let sum = 0;
    for (let slot = 0; slot < windowSeconds; slot++) {
      const second = this.#seconds[slot] ?? -1;
      if (second > newest - windowSeconds && second <= newest) sum += this.#slots[slot * this.width + column] ?? 0;
    }
    const age = Math.min(windowSeconds * 1000, Math.max(1000, now - (this.#startedAt ?? now)));
    return Math.round((sum * 60_000) / age);
  }
}
