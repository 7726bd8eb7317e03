import type { LimitObservation, LimitReading } from '../provider.js';
import type { QuotaViolation } from './error-details.js';

/** Whether a limit is one per day; the others are per minute, or do not say. */
export function isPerDay({ quotaId }: QuotaViolation): boolean {
  return /PerDay/i.test(quotaId);
}

/** The limits per minute that a request went over: nothing is left of them, and when that changes is not told. */
export function violatedLimits(violations: readonly QuotaViolation[]): LimitObservation | undefined {
  const perMinute = violations.filter(({ quotaId }) => /PerMinute/i.test(quotaId));
  const requests = lowest(perMinute.filter((violation) => !isOfTokens(violation)));
  const tokens = lowest(perMinute.filter(isOfTokens));
  if (requests === undefined && tokens === undefined) return undefined;
  return { ...(requests === undefined ? {} : { requests }), ...(tokens === undefined ? {} : { tokens }) };
}

function isOfTokens({ quotaId, quotaMetric }: QuotaViolation): boolean {
  return /token/i.test(quotaId + quotaMetric);
}

function lowest(violations: readonly QuotaViolation[]): LimitReading | undefined {
  const limits = violations.flatMap(({ quotaValue = 0 }) => (quotaValue > 0 ? [quotaValue] : []));
  return limits.length === 0 ? undefined : { limit: Math.min(...limits), remaining: 0 };
}
