import type { LimitObservation, LimitReading } from '../core/limits.js';
import { believedReset } from '../provider/longest-wait.js';

/** What a provider told of its limits, as it can be reckoned with; what is no amount says nothing and is left out. */
export function knownLimits(limits: unknown): { readonly limits?: LimitObservation } {
  if (typeof limits !== 'object' || limits === null) return {};
  const given = limits as Partial<Record<keyof LimitObservation, unknown>>;
  const requests = readingOf(given.requests);
  const tokens = readingOf(given.tokens);
  if (requests === undefined && tokens === undefined) return {};
  return { limits: { ...(requests === undefined ? {} : { requests }), ...(tokens === undefined ? {} : { tokens }) } };
}

function readingOf(value: unknown): LimitReading | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { limit, remaining, resetMs } = value as Partial<Record<keyof LimitReading, unknown>>;
  if (!isAmount(limit) || !isAmount(remaining)) return undefined;
  const reset = isAmount(resetMs) ? believedReset(resetMs) : undefined;
  return { limit, remaining, ...(reset === undefined ? {} : { resetMs: reset }) };
}

/** A number that can be waited for, or counted. */
export function isAmount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < Infinity;
}
