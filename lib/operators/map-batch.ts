import { defer, type Observable, type OperatorFunction } from 'rxjs';
import type { BatchEvent } from '../core/events.js';
import type { BatchItem } from '../core/item.js';
import type { BatchJob } from '../job/batch-job.js';
import type { MapOptions } from '../options/map-options.js';

export type MapBatchOptions<T = unknown> = Omit<MapOptions<T>, 'items' | 'asyncSubmit'>;

/** The part of a client in use here. */
export interface MapsBatches {
  map<T>(options: MapOptions<T>): BatchJob<T>;
}

/**
 * `client.map` as an operator: the source's items become a job, its events the output. Cold, as operators are: each
 * subscription is a job (or goes on with the one named by `jobId`), which works while it is subscribed to and pauses
 * durably when it is not.
 */
export function mapBatch<T = unknown>(
  client: MapsBatches,
  options: MapBatchOptions<T> = {},
): OperatorFunction<BatchItem, BatchEvent<T>> {
  return (source: Observable<BatchItem>) =>
    defer(() => client.map<T>({ ...options, items: source, asyncSubmit: false }));
}
