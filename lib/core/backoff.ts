export interface BackoffOptions {
  readonly baseMs: number;
  readonly maxMs: number;
}

/** Exponential backoff with full jitter: anywhere between 0 and `base * 2^(failures - 1)`, at most `max`. `random` gives 0 to 1. */
export function backoffDelay(failures: number, { baseMs, maxMs }: BackoffOptions, random: () => number): number {
  const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(ceiling * random());
}

/** The wait a provider asked for is a floor, and lanes that were told the same do not come back in step. */
export function waitAtLeast(askedMs: number | undefined, backoffMs: number): number {
  return Math.max(askedMs ?? 0, backoffMs);
}
