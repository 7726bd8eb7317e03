/** Refusals and sends so far. */
export interface Tally {
  readonly sent: number;
  readonly refused: number;
}

interface Cut extends Tally {
  readonly pace: number;
}

/** Slowing down is no help where so many cuts were due. */
const cutsLookedAt = 8;
/** Each so few requests after the last one: the pace must have fallen by so much since the first, as a startup makes it fall, too. */
const close = { requests: 100, least: 40, slower: 8 };
/** Or so few requests after the last one: in each half of them, over so many at least, it must have fallen by so much. */
const sparse = { requests: 400, least: 100, slower: 1.4 };
/** More than this share refused is not chance. */
const mostShare = 0.3;
/** While chance is assumed, it is looked at again after so many requests. */
const lookEvery = 48;

/**
 * Tells refusals for going too fast from those that come by chance however slowly one goes (an overloaded model refuses one
 * in twenty). Slowing down for the latter would bring a run to a standstill.
 */
export class NoiseWatch {
  /** In a row, each close to the last one; only the first counts. */
  #row: { readonly first: Cut; count: number } | undefined;
  /** The last ones, none of them far from the one before it. */
  #cuts: Cut[] = [];
  /** The highest pace of a cut since the rate was last known to be the reason of one. */
  #best = 0;
  #tolerated: { readonly share: number; since: Tally } | undefined;

  /**
   * What one more refusal is while refusals are held to be chance: `chance`; `faster` where it was looked at again and the
   * pace may be raised; `rate` where so many are refused now that it was the rate after all. Undefined at other times.
   */
  judge(now: Tally): 'chance' | 'faster' | 'rate' | undefined {
    if (this.#tolerated === undefined) return undefined;
    const { since, share } = this.#tolerated;
    if (now.sent - since.sent < lookEvery) return 'chance';
    if (shareBetween(since, now) > byChance(share)) {
      this.#tolerated = undefined;
      this.#best = 0;
      return 'rate';
    }
    this.#tolerated.since = now;
    return 'faster';
  }

  /** A cut is due at this pace (any unit); true where it would be no help: far slower already, and it goes on. */
  cutIsFutile(now: Tally, pace: number | undefined): boolean {
    if (pace === undefined) return false;
    const cut = { ...now, pace };
    const since = now.sent - (this.#cuts.at(-1)?.sent ?? -Infinity);
    if (since > close.requests) this.#row = undefined;
    if (since > sparse.requests) this.#cuts = [];
    this.#row ??= { first: cut, count: 0 };
    this.#row.count++;
    this.#cuts = [...this.#cuts.slice(1 - cutsLookedAt), cut];
    this.#best = Math.max(this.#best, pace);
    const from = this.#closeCuts(cut) ?? this.#lastCuts(cut);
    if (from === undefined) return false;
    const share = shareBetween(from, now);
    if (share > mostShare) return false;
    this.#cuts = [];
    this.#tolerated = { share, since: now };
    return true;
  }

  /** The first cut, where cuts that followed each other closely have been no help. */
  #closeCuts({ sent, pace }: Cut): Cut | undefined {
    if (this.#row === undefined) return undefined;
    const { first, count } = this.#row;
    const enough = count >= cutsLookedAt && sent - first.sent >= close.least;
    return enough && pace * close.slower <= first.pace ? first : undefined;
  }

  /** The same for the last ones: their pace fell all the while, as it does once only where a rate is found; or it was low for all of them. */
  #lastCuts(cut: Cut): Cut | undefined {
    const [first, middle] = [this.#cuts[0], this.#cuts[cutsLookedAt / 2]];
    if (first === undefined || middle === undefined || this.#cuts.length < cutsLookedAt) return undefined;
    const fell = (from: Cut, to: Cut): boolean =>
      to.sent - from.sent >= sparse.least && to.pace * sparse.slower <= from.pace;
    const low = first.pace * close.slower <= this.#best;
    return low || (fell(first, middle) && fell(middle, cut)) ? first : undefined;
  }
}

/** The most that a share comes to by chance in one look: three standard deviations above. */
function byChance(share: number): number {
  return Math.min(1.5 * mostShare, share + 3 * Math.sqrt((share * (1 - share)) / lookEvery) + 0.03);
}

function shareBetween(from: Tally, to: Tally): number {
  return to.sent === from.sent ? 0 : (to.refused - from.refused) / (to.sent - from.sent);
}
