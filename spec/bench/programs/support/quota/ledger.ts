import { Quota, type Charge, type QuotaOptions } from './quota.js';

/** One request as the server saw it. */
export interface Entry {
  readonly itemId: string;
  /** Milliseconds since the first request. */
  readonly atMs: number;
  readonly charge: Charge;
  readonly admitted: boolean;
  /** Its answer was written to a client that was still there. */
  answered: boolean;
}

/** What came of the quota; a type, not an interface, so that it fits `Figures`. */
export type LedgerFigures = {
  readonly requests: number;
  readonly refused: number;
  /** Refused requests of all, 0 to 1. */
  readonly refusedShare: number;
  /** Items with an answer. */
  readonly answered: number;
  /** Admissions of items that had been admitted before. */
  readonly sentTwice: number;
  /** From the first request to the last admission. */
  readonly admittingMs: number;
  /** What the buckets would have taken for the items that were answered. */
  readonly idealMs: number;
  /** `idealMs` over `admittingMs`. */
  readonly used: number;
  /** From then on, nine tenths of what the buckets could have admitted until any moment were admitted by it. */
  readonly foundMs: number;
};

/** Reckons a run from its entries, which are in the order of their times. */
export function settle(entries: readonly Entry[], options: QuotaOptions): LedgerFigures {
  const admitted = entries.filter((entry) => entry.admitted);
  const answered = new Map(admitted.filter((entry) => entry.answered).map((entry) => [entry.itemId, entry.charge]));
  const admittingMs = admitted.at(-1)?.atMs ?? 0;
  const idealMs = new Quota(options).idealMs([...answered.values()]);
  const refused = entries.length - admitted.length;
  return {
    ...{ requests: entries.length, refused, refusedShare: refused / entries.length, answered: answered.size },
    sentTwice: admitted.length - new Set(admitted.map(({ itemId }) => itemId)).size,
    ...{ admittingMs, idealMs, used: idealMs / admittingMs, foundMs: foundMs(admitted, options) },
  };
}

function foundMs(admitted: readonly Entry[], options: QuotaOptions): number {
  const ideal = new Quota(options).idealTimes(admitted.map(({ charge }) => charge));
  const last = admitted.findLastIndex(({ atMs }, at) => (ideal[at] ?? 0) < 0.9 * atMs);
  return admitted[last]?.atMs ?? 0;
}

/** Admissions and refusals in each second, for the eye: `60`, or `60-3` with three refusals. */
export function timeline(entries: readonly Entry[]): string {
  const seconds = Array.from({ length: Math.floor((entries.at(-1)?.atMs ?? 0) / 1000) + 1 }, () => ({ yes: 0, no: 0 }));
  for (const { atMs, admitted } of entries) {
    const second = seconds[Math.floor(atMs / 1000)];
    if (second !== undefined) second[admitted ? 'yes' : 'no']++;
  }
  return seconds.map(({ yes, no }) => (no === 0 ? String(yes) : `${yes}-${no}`)).join(' ');
}
