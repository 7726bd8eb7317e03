import type { Observable } from 'rxjs';
import type { JobStatus } from '../core/job.js';
import type { ItemErrorCode } from '../core/result.js';
import type { WireFailures, WireItem, WireItemPage } from '../http/wire.js';
import type { BatchJob, RetryOptions } from '../job/batch-job.js';
import type { ConnectionState } from './connection.js';

export interface JobsPageOptions {
  /** `next` of the page before. Default: from the newest. */
  readonly after?: number | undefined;
  /** Jobs a page has at most. Default 100; at most 1,000. */
  readonly limit?: number | undefined;
  readonly status?: JobStatus | undefined;
  /** Part of the id or of a tag. */
  readonly search?: string | undefined;
}

export interface ItemsOptions {
  /** `next` of the page before. Default: from the beginning. */
  readonly after?: number | undefined;
  /** Items a page has at most. Default 50; at most 500. */
  readonly limit?: number | undefined;
  /** Default: all. */
  readonly only?: 'ok' | 'failed' | 'pending' | undefined;
  /** Failed with this code. */
  readonly code?: ItemErrorCode | undefined;
  /** Part of the id, the input or the answer. */
  readonly search?: string | undefined;
}

/** A job on a server, and what a page about it needs besides. */
export interface RemoteBatchJob<T = unknown> extends BatchJob<T> {
  /** Of the subscriptions to this handle; the present state first, no end. */
  readonly connection$: Observable<ConnectionState>;
  /** Items with their requests and answers, in the order of the input, a page at a time. */
  items(options?: ItemsOptions): Promise<WireItemPage>;
  item(itemId: string): Promise<WireItem>;
  /** Failed items by code, the most frequent first. */
  failures(): Promise<WireFailures['failures']>;
  retryFailed(options?: RetryOptions): RemoteBatchJob<T>;
}
