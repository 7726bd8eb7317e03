export interface BackoffOptions {
  readonly baseMs: number;
  readonly maxMs: number;
}

/** Exponential backoff with full jitter: anywhere between 0 and `base * 2^(failures - 1)`, at most `max`. `random` gives 0 to 1. */
export function backoffDelay(failures: number, { baseMs, maxMs }: BackoffOptions, random: () => number): number {
  const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(ceiling * random());
}

/**
 * The wait a server asked for is a floor, and the backoff comes on top: all that were told the same `Retry-After` would come back
 * in the same millisecond otherwise, and be refused together again.
 */
export function waitAtLeast(askedMs: number | undefined, backoffMs: number): number {
  return (askedMs ?? 0) + backoffMs;
}
