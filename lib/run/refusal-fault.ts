/** Tokens of a refused request, estimated, beside what the limiter knows. */
export interface RequestSize {
  readonly tokens: number;
  /** The whole quota of a minute, where the provider told it. */
  readonly limit: number | undefined;
  /** The most tokens that passed so far. */
  readonly largest: number;
}

/** Nothing is known of its size. */
export const unknownSize: RequestSize = { tokens: 0, limit: undefined, largest: Infinity };

/** Refusals, others passing meanwhile, after which a request is held to be the reason itself. */
const patience = {
  /** Estimated above the limit; an estimate may be wrong. */
  overLimit: 3,
  /** Larger than anything that passed: nobody told a limit. */
  largest: 30,
  /** Like those that passed. */
  any: 200,
};
/** So far above the limit that no estimate is that wrong. */
const farOver = 2;

/** Thought to take more than the whole limit: what it is told is no news to others. */
export function aboveLimit({ tokens, limit }: RequestSize): boolean {
  return limit !== undefined && tokens > limit;
}

/**
 * Whether a request refused for the rate can never pass, whatever the wait: `too_large` where it is more than the whole
 * quota, `rate_limited` where others pass and it never does. `refusals` counts those between which others passed, or all
 * where it is above the limit.
 */
export function refusalFault(refusals: number, size: RequestSize): 'too_large' | 'rate_limited' | undefined {
  const { tokens, limit = Infinity, largest } = size;
  if (aboveLimit(size) && (refusals >= patience.overLimit || tokens > farOver * limit)) return 'too_large';
  if (refusals >= patience.largest && tokens > largest) return 'too_large';
  return refusals >= patience.any ? 'rate_limited' : undefined;
}
