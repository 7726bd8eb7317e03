import { goDuration } from '../../../../../lib/testing/fake-server/retry-hint.js';
import type { Dimension } from './quota.js';

/** OpenAI's headers: limit and remaining in whole numbers, the reset as a Go duration. */
export function limitHeaders(dimensions: readonly Dimension[], now: number): Record<string, string> {
  return Object.fromEntries(
    dimensions.flatMap(({ name, limit, nominalPerMs, shown }) => {
      const factor = shown.factorAt(now);
      const remaining = Math.floor(shown.level(now));
      const resetMs = Math.ceil((limit * factor - remaining) / (nominalPerMs * factor));
      return [
        [`x-ratelimit-limit-${name}`, String(limit * factor)],
        [`x-ratelimit-remaining-${name}`, String(remaining)],
        [`x-ratelimit-reset-${name}`, goDuration(resetMs)],
      ];
    }),
  );
}

export function retryHeaders(waitMs: number): Record<string, string> {
  return { 'retry-after-ms': String(Math.ceil(waitMs)), 'retry-after': String(Math.ceil(waitMs / 1000)) };
}

/** The body of a 429; without the wait where the server tells nothing. */
export function refusalBody({ name, limit }: Dimension, waitMs: number | undefined): string {
  const unit = name === 'requests' ? 'requests per min (RPM)' : 'tokens per min (TPM)';
  const told = waitMs === undefined ? '' : `: Limit ${limit}. Please try again in ${goDuration(Math.ceil(waitMs))}`;
  const message = `Rate limit reached for bench in organization org-bench on ${unit}${told}.`;
  return JSON.stringify({ error: { message, type: name, param: null, code: 'rate_limit_exceeded' } });
}
