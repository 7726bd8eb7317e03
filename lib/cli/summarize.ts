import { isBatchError } from '../core/errors.js';
import type { Conclusion, Ending } from './conclude.js';
import { errorCodeOf, sentence } from './report.js';

/** How a watched job stopped, for machines: one JSON document. */
export function summarize(ending: Ending, { exitCode, lines }: Conclusion): Readonly<Record<string, unknown>> {
  const { jobId, stop, info, context, elapsedMs } = ending;
  const error = 'error' in stop ? stop.error : undefined;
  return {
    type: 'summary',
    jobId,
    exitCode,
    status: 'progress' in stop ? stop.progress.status : (info?.status ?? null),
    total: info?.total ?? 0,
    ok: info?.ok ?? 0,
    failed: info?.failed ?? 0,
    pending: info?.pending ?? 0,
    tokens: info?.tokens ?? null,
    cost: 'progress' in stop ? stop.progress.cost : null,
    output: context.output ?? null,
    elapsedMs,
    ...(error === undefined
      ? {}
      : { error: { code: errorCodeOf(error), message: sentence(error), ...untilOf(error) } }),
    next: lines.slice(1),
  };
}

function untilOf(error: unknown): { readonly until?: number } {
  return isBatchError(error) && error.until !== undefined ? { until: error.until } : {};
}
