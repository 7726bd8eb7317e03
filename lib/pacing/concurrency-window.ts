import { cubicReaches, cubicShare, type CubicCurve } from './cubic.js';

const drop = 0.15;
/** Refusals come at once, answers take their time: so long without one is good news at a cold start. */
const silenceMs = 250;
/** Each answer of a cold start lets in three more: four times as many each round trip. */
const growth = 3;

/**
 * How many requests may be in flight where the provider tells no limits. Starts cold with a few, grows fast until the first
 * congestion, is cut then, and comes back along a cubic curve. A job's `concurrency` bounds it from above.
 */
export class ConcurrencyWindow {
  #start: number;
  #grownAt: number | undefined;
  #cut: (CubicCurve & { readonly at: number; readonly peak: number }) | undefined;
  /** Most in flight since the cut: a window nobody fills does not grow out of sight. */
  #used = 0;
  #open = false;

  /** `initial`: requests let go before the first answer. */
  constructor(initial: number) {
    this.#start = initial;
  }

  /** The provider tells its limits: there is nothing to search. */
  open(): void {
    this.#open = true;
  }

  /** A cold start may begin with more. */
  widen(initial: number): void {
    if (this.#cut === undefined) this.#start = Math.max(this.#start, initial);
  }

  /** Most requests in flight, Infinity where nothing limits them. */
  size(now: number): number {
    if (this.#cut === undefined) return this.#open ? Infinity : this.#start;
    const { at, peak } = this.#cut;
    return Math.max(1, Math.floor(Math.min(peak * cubicShare(this.#cut, now - at), 2 * Math.max(peak, this.#used))));
  }

  /** Milliseconds until one more may go beside `inFlight`, if nothing else happens; 0 for now. */
  waitMs(inFlight: number, now: number): number {
    if (this.#cut === undefined) return this.#open ? 0 : this.#waitToStart(inFlight, now);
    if (inFlight < this.size(now)) return 0;
    const { at, peak } = this.#cut;
    if (inFlight + 1 > 2 * Math.max(peak, this.#used)) return Infinity;
    return Math.max(1, Math.ceil(at + cubicReaches(this.#cut, (inFlight + 1) / peak) - now));
  }

  sent(inFlight: number): void {
    if (inFlight > this.#used) this.#used = inFlight;
  }

  succeeded(): void {
    if (this.#cut === undefined && !this.#open && this.#start < 1_000_000) this.#start += growth;
  }

  /** The last cut was for nothing: back to where it was, and beyond. */
  restore(): void {
    if (this.#cut === undefined) return;
    this.#start = Math.max(this.#start, this.#cut.peak);
    this.#cut = undefined;
  }

  /** Congestion, once per episode: `inFlight` were too many. The window is back there after `plateauMs`. */
  congested(inFlight: number, now: number, plateauMs: number): void {
    const peak = Math.max(1, Math.min(this.size(now), inFlight));
    this.#cut = { at: now, peak, drop, plateauMs };
    this.#used = 0;
  }

  /** Whether it is this window that holds requests back, or nearly. */
  binds(inFlight: number, now: number): boolean {
    return inFlight >= 0.7 * this.size(now);
  }

  #waitToStart(inFlight: number, now: number): number {
    if (inFlight < this.#start) {
      this.#grownAt = undefined;
      return 0;
    }
    this.#grownAt ??= now;
    const rounds = Math.floor((now - this.#grownAt) / silenceMs);
    this.#grownAt += rounds * silenceMs;
    this.#start *= 2 ** Math.min(rounds, 20);
    return inFlight < this.#start ? 0 : Math.max(1, this.#grownAt + silenceMs - now);
  }
}
