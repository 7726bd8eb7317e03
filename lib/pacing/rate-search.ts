import { cubicShare } from './cubic.js';

/** What was sent when a refusal came; units are requests, or tokens. */
export interface RefusalAt {
  readonly now: number;
  /** Units sent so far that were not refused. */
  readonly admitted: number;
  /** Units of a usual request. */
  readonly usual: number;
  /** Units a millisecond sent lately, where that is known. */
  readonly recentPerMs: number | undefined;
  /** Units a millisecond that flow in by the provider's headers, where it sends them. */
  readonly toldPerMs?: number | undefined;
  /** Units a millisecond that the refusal's words promise, where they do. */
  readonly saidPerMs?: number | undefined;
}

/** A little below what was measured, so that the bucket keeps some drops; soon at it again, and beyond. */
const drop = 0.03;
/** So many requests, and so long at least, until the measured rate is used in full again: fewer while little is known. */
const plateau = { requests: 100, early: 30, leastMs: 1_000 };
const early = 3;
/** Fewer requests or less time than this between two refusals measure nothing. */
const least = { requests: 6, spanMs: 250, longSpanMs: 10_000 };
/** Refusals with fewer requests between them are a row; so long a one may be a header's fault. */
const rowRequests = 60;
const rowBelieved = 2;
/** So many times what is sent. */
const outOfReach = 2;
/** One refusal takes no more than this off: it may be chance, or what was measured be a time of rest. */
const deepestCut = 0.6;

/**
 * Finds a rate nobody tells. At a refusal the provider's bucket is empty; so between two refusals exactly as much flowed
 * in as was let through, whatever the bucket's size: that is the rate. It is used but for 3%, and exceeded again, slowly
 * and then faster, in case there is more.
 */
export class RateSearch {
  #perMs: number | undefined;
  #plateauMs = plateau.leastMs;
  #cutAt = 0;
  #cuts = 0;
  /** Cuts in a row that followed each other closely. */
  #row = 0;
  #empty: { readonly at: number; admitted: number } | undefined;

  /** Units a millisecond, or undefined where no ceiling is known. */
  ceiling(now: number): number | undefined {
    if (this.#perMs === undefined) return undefined;
    return this.#perMs * cubicShare({ drop, plateauMs: this.#plateauMs }, now - this.#cutAt);
  }

  /** The same, or undefined where it has long grown beyond what was measured: then it limits nobody. */
  found(now: number): number | undefined {
    const ceiling = this.ceiling(now);
    return ceiling === undefined || ceiling > 2 * (this.#perMs ?? 0) ? undefined : ceiling;
  }

  /** Milliseconds after a cut until the ceiling is back where it was measured. */
  get plateauMs(): number {
    return this.#plateauMs;
  }

  /** One more of the refusals that led to the last cut: it was not let through either. */
  alsoRefused(units: number): void {
    if (this.#empty !== undefined) this.#empty.admitted -= units;
  }

  /** Most of a first burst was refused: so much a millisecond is a better guess than none. */
  guess(perMs: number): void {
    if (perMs > 0) this.#perMs ??= perMs;
  }

  /** Another pace for reasons of its own. */
  scale(factor: number, now: number): void {
    if (this.#perMs === undefined) return;
    this.#perMs *= factor;
    this.#cutAt = now;
  }

  /** Four times the pace, or no ceiling at all where it is out of reach already. */
  speedUp(recentPerMs: number | undefined, now: number): void {
    if (this.#perMs !== undefined && this.#perMs > outOfReach * (recentPerMs ?? Infinity)) this.#perMs = undefined;
    else this.scale(4, now);
  }

  /** A new refusal that nothing explains. */
  refused(refusal: RefusalAt): void {
    const { now, admitted, usual } = refusal;
    // Where nothing passes there is no rate to be found: the wait alone can help.
    if (admitted <= (this.#empty?.admitted ?? 0)) {
      if (this.#empty !== undefined) this.#empty = { at: now, admitted };
      this.#cutAt = now;
      return;
    }
    this.#perMs = this.#next(refusal);
    this.#empty = { at: now, admitted };
    this.#cutAt = now;
    this.#cuts++;
    const requests = this.#cuts <= early ? plateau.early : plateau.requests;
    const plateauMs = this.#perMs === undefined ? 0 : (requests * usual) / this.#perMs;
    this.#plateauMs = Math.max(plateau.leastMs, plateauMs);
  }

  #next({ now, admitted, usual, recentPerMs, toldPerMs, saidPerMs }: RefusalAt): number | undefined {
    const before = this.ceiling(now);
    const requests = (admitted - (this.#empty?.admitted ?? 0)) / usual;
    this.#row = requests < rowRequests ? this.#row + 1 : 0;
    // A burst was too much, not the rate; unless that is refused again and again.
    const burst = toldPerMs !== undefined && toldPerMs < 1.1 * (recentPerMs ?? Infinity);
    if (burst && this.#row <= rowBelieved) return toldPerMs;
    if (before === undefined || this.#perMs === undefined || this.#empty === undefined) {
      if (saidPerMs !== undefined && saidPerMs < (recentPerMs ?? Infinity)) return saidPerMs;
      return recentPerMs === undefined ? before : 0.7 * recentPerMs;
    }
    // A ceiling that nobody came near has grown beyond all measure.
    const pace = Math.min(before, Math.max(this.#perMs, recentPerMs ?? 0));
    const spanMs = now - this.#empty.at;
    const enough = requests >= least.requests ? spanMs >= least.spanMs : requests > 1 && spanMs >= least.longSpanMs;
    if (enough) return Math.min(pace, Math.max((requests * usual) / spanMs, this.#cuts > 1 ? deepestCut * pace : 0));
    // Too little to measure, but not to see that it is less.
    const most = spanMs < least.spanMs ? Infinity : ((requests + 2) * usual) / spanMs;
    return Math.min(0.85 * pace, most);
  }
}
