import type { Bucket } from './bucket.js';
import { bucketOf, type ServerOptions } from './quota-server.js';

export interface Workload extends ServerOptions {
  /** Tokens of each item. */
  readonly items: readonly number[];
  /** Most requests at a time. */
  readonly lanes?: number;
  readonly latencyMs?: number;
}

/** The least time in which the buckets admit all items, and so many lanes send them. */
export function idealMs(options: Workload): number {
  const { requests, tokens, items, lanes = 64, latencyMs = 400, slots = Infinity, others = 0 } = options;
  const byLanes = ((items.length - 1) * latencyMs) / Math.min(lanes, slots);
  const byBucket = (limit: number | undefined, units: number): number => {
    const bucket = bucketOf(options, limit);
    return bucket === undefined ? 0 : untilAdmittedMs(bucket, units, 1 - others, options.change);
  };
  const units = items.reduce((sum, size) => sum + size, 0);
  return Math.max(byLanes, byBucket(requests, items.length), byBucket(tokens, units));
}

function untilAdmittedMs(bucket: Bucket, units: number, ours: number, change: ServerOptions['change']): number {
  const perMs = bucket.perMs * ours;
  const left = units - bucket.capacity;
  if (change === undefined || left <= change.at * perMs) return Math.max(0, left / perMs);
  return change.at + (left - change.at * perMs) / (perMs * change.factor);
}
