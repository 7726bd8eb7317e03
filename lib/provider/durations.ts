const units: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  us: 0.001,
  µs: 0.001,
  ns: 0.000_001,
};
const goDuration = /^(?:\d+(?:\.\d+)?(?:h|ms|m|s|us|µs|ns))+$/;

/** Milliseconds of a Go or protobuf duration (`120ms`, `1m26.4s`, `56.571776792s`), or undefined if it is none. */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim();
  if (!goDuration.test(trimmed)) return undefined;
  let total = 0;
  for (const [, amount, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)/g)) {
    total += Number(amount) * (units[unit ?? ''] ?? 0);
  }
  return total;
}

const digits = /^\s*\d+(\.\d+)?\s*$/;
/** Anything with a number in it is a date to `Date.parse`. */
const dated = /\d:\d\d|^\s*\d{4}-\d\d/;

/**
 * Milliseconds from `now` to a point in time given as an HTTP or ISO date, or as epoch seconds or milliseconds; never negative.
 * Undefined for what is neither, such as `1e999`, `Infinity` or `soon 3000`.
 */
export function untilDate(text: string, now: number): number | undefined {
  const epochMs = digits.test(text) ? fromEpoch(Number(text)) : dated.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(epochMs) ? undefined : Math.max(0, epochMs - now);
}

function fromEpoch(number: number): number {
  return number < 1e11 ? number * 1000 : number;
}
