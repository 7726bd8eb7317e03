import type { GeminiBatch } from './gemini-batch.js';

/** Counts are 64-bit, so strings; zeros are left out. */
export type BatchStatsBody = Readonly<Record<string, string>>;

export function statsOf({ output, behaviour, order }: GeminiBatch): BatchStatsBody | undefined {
  const exact = { total: order.input.places.length, completed: output.successful, failed: output.failed };
  const counts = behaviour.counts ? behaviour.counts(exact) : exact;
  if (!counts) return undefined;
  const { total, completed, failed } = counts;
  const numbers = {
    requestCount: total,
    successfulRequestCount: completed,
    failedRequestCount: failed,
    pendingRequestCount: total - completed - failed,
  };
  return Object.fromEntries(
    Object.entries(numbers).flatMap(([name, count]) => (count > 0 ? [[name, String(count)]] : [])),
  );
}
