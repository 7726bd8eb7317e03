/** Refusals and sends so far. */
export interface Tally {
  readonly sent: number;
  readonly refused: number;
}

/** So many cuts, each so few requests after the last one: slowing down is no help. */
const many = { cuts: 8, requests: 100, least: 40 };
/** And so many times slower than before the first of them. */
const slower = 8;
/** More than this share refused is not chance. */
const mostShare = 0.3;
/** While chance is assumed, it is looked at again after so many requests. */
const lookEvery = 48;

/**
 * Tells refusals for going too fast from those that come by chance however slowly one goes (an overloaded model refuses one
 * in twenty). Slowing down for the latter would bring a run to a standstill.
 */
export class NoiseWatch {
  #cuts: (Tally & { readonly pace: number })[] = [];
  #tolerated: { readonly share: number; since: Tally } | undefined;

  /**
   * What one more refusal is while refusals are held to be chance: `chance`; `faster` where it was looked at again and the
   * pace may be doubled; `rate` where so many are refused now that it was the rate after all. Undefined at other times.
   */
  judge(now: Tally): 'chance' | 'faster' | 'rate' | undefined {
    if (this.#tolerated === undefined) return undefined;
    const { since, share } = this.#tolerated;
    if (now.sent - since.sent < lookEvery) return 'chance';
    if (shareBetween(since, now) > byChance(share)) {
      this.#tolerated = undefined;
      return 'rate';
    }
    this.#tolerated.since = now;
    return 'faster';
  }

  /** A cut is due at this pace (any unit); true where it would be no help: far slower already, and it goes on. */
  cutIsFutile(now: Tally, pace: number | undefined): boolean {
    if (pace === undefined) return false;
    if (now.sent - (this.#cuts.at(-1)?.sent ?? 0) > many.requests) this.#cuts = [];
    this.#cuts.push({ ...now, pace });
    const first = this.#cuts[0];
    if (first === undefined || this.#cuts.length < many.cuts || now.sent - first.sent < many.least) return false;
    const share = shareBetween(first, now);
    if (pace > first.pace / slower || share > mostShare) return false;
    this.#cuts = [];
    this.#tolerated = { share, since: now };
    return true;
  }
}

/** The most that a share comes to by chance in one look: three standard deviations above. */
function byChance(share: number): number {
  return Math.min(1.5 * mostShare, share + 3 * Math.sqrt((share * (1 - share)) / lookEvery) + 0.03);
}

function shareBetween(from: Tally, to: Tally): number {
  return to.sent === from.sent ? 0 : (to.refused - from.refused) / (to.sent - from.sent);
}
