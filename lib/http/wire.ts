/**
 * What goes over the wire between `openapi-batch/http` and `openapi-batch/browser`: types only, for both sides. Job and item
 * ids in paths are one percent-encoded segment each (`encodeURIComponent`). Everything is JSON unless said otherwise; what
 * goes wrong is an {@link WireProblem} (`application/problem+json`) with a fitting status.
 *
 * | Request                           | Answer                                                                            |
 * | --------------------------------- | --------------------------------------------------------------------------------- |
 * | `POST /jobs`                      | 201 (new) or 200 (known) {@link WireJob}; body and headers: {@link WireJobLine}    |
 * | `GET /jobs`                       | {@link WireJobList}; `?after=&limit=&status=&search=`                             |
 * | `GET /jobs/:id`                   | {@link WireJob}                                                                   |
 * | `POST /jobs/:id/cancel`, `/pause` | {@link WireJob}; 200 at rest, 202 not yet: look again with `GET`                  |
 * | `POST /jobs/:id/resume`, `/retry` | {@link WireJob}; JSON body {@link WireResumeOptions}, {@link WireRetryOptions}, or none |
 * | `DELETE /jobs/:id`                | 204                                                                               |
 * | `GET /jobs/:id/events`            | `text/event-stream`, see {@link WireStopped}; 204 where nothing can come any more |
 * | `GET /events?job=a&job=b`         | the same for up to 100 jobs in one stream                                         |
 * | `GET /jobs/:id/results`           | `application/x-ndjson`, one {@link WireResult} a line; `?only=ok|failed`, `?order=input`, `?after=<cursor>` |
 * | `GET /jobs/:id/failures`          | {@link WireFailures}                                                              |
 * | `GET /jobs/:id/items`             | {@link WireItemPage}; `?after=<ordinal>&limit=&only=ok|failed|pending&code=&search=` |
 * | `GET /jobs/:id/items/:itemId`     | {@link WireItem}                                                                  |
 * | `POST /jobs/:id/items`            | the same, for ids an address cannot carry; JSON body {@link WireItemQuestion}     |
 */
import type { BatchErrorCode } from '../core/errors.js';
import type { BatchItem } from '../core/item.js';
import type { JobInfo, JobStatus, Mode, RunMode } from '../core/job.js';
import type { Progress } from '../core/progress.js';
import type { ItemErrorCode, Result } from '../core/result.js';

/** How a job stands. */
export interface WireJob {
  readonly info: JobInfo;
  readonly progress: Progress;
  /** Highest sequence of the job's events: `GET /jobs/:id/events?after=<lastSeq>` tells what comes after this answer. */
  readonly lastSeq: number;
}

/**
 * Newest first, up to `limit` (100; at most 1,000) of them, fewer where they are large: a page ends with the job that
 * makes it a MiB of text. `search` is a part of the id or of a tag.
 */
export interface WireJobList {
  readonly jobs: readonly JobInfo[];
  /**
   * Pass it as `after` for the next page; null at the end. A search through very many jobs takes a second at a time: then a
   * page may be short, or empty, although there is a next one.
   */
  readonly next: number | null;
}

/**
 * `POST /jobs` has the content type `application/x-ndjson`: one item a line, as {@link BatchItem}. The first line may be a
 * `WireJobLine` instead, with the job's options. The job's id is in the header `Idempotency-Key`, percent-encoded
 * (`encodeURIComponent`); left out, a new one is made. Nothing is sent before the whole body was read, and a body that is
 * wrong or breaks off leaves no job: the same request again, with the same key, is always right. A job that is at work, or
 * whose work ended while its answer was lost, is answered as it is (200), and none of its items is sent twice. 409 `job_busy`
 * with `retry-after` while another request with this key is still being read.
 */
export interface WireJobLine {
  readonly job: WireJobOptions;
}

/** Options of `map()` that make sense from afar; keys and addresses are the server's. Functions and schedulers stay at home. */
export interface WireJobOptions extends WireRunOptions {
  readonly mode?: Mode | undefined;
  readonly model?: string | undefined;
  readonly params?: Readonly<Record<string, unknown>> | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly metadata?: unknown;
}

/** The run options a remote caller may set; as in `RunOptions`. */
export interface WireRunOptions {
  readonly concurrency?: number | undefined;
  readonly maxAttempts?: number | undefined;
  readonly attemptTimeoutMs?: number | undefined;
  readonly stragglerFactor?: number | undefined;
  readonly backoffBaseMs?: number | undefined;
  readonly backoffMaxMs?: number | undefined;
  /** Of all jobs on the same key, so only for a principal that may see all jobs (else a 403); `tokensPerMinute` likewise. */
  readonly requestsPerMinute?: number | undefined;
  readonly tokensPerMinute?: number | undefined;
  readonly maxFailures?: number | undefined;
  readonly maxFailureRate?: number | undefined;
  readonly keepRaw?: 'never' | 'errors' | 'always' | undefined;
  readonly nativeMinItems?: number | undefined;
}

/** A line of the body of `POST /jobs` after the first. */
export type WireItemLine = BatchItem;

export interface WireResumeOptions extends WireRunOptions {
  readonly partial?: boolean | undefined;
  readonly mode?: RunMode | undefined;
}

export interface WireRetryOptions {
  readonly mode?: RunMode | undefined;
}

/**
 * Data of the message `event: stopped`, which has no `id:`. A stream carries every `BatchEvent` as a message without a name,
 * its JSON as `data:` and its sequence as `id:`. It starts after `?after=<seq>` (`Last-Event-ID` wins, for browsers that
 * reconnect by themselves); with `?after=now` or neither, a snapshot comes first: a progress event with the sequence from
 * which the following count (0 without `after`). Where the work has stopped before its end, `stopped` says why, once each
 * time, and the stream stays open: the job may be resumed. It closes after `complete`; asked again with that sequence, the
 * answer is 204. A stream of several jobs closes when all are complete. `: ping` comes after 15 s of silence.
 */
export interface WireStopped {
  readonly jobId: string;
  /** `job_not_found`: it was deleted. */
  readonly status: JobStatus | 'job_not_found';
  readonly code: BatchErrorCode;
  readonly message: string;
  /** Epoch milliseconds from which on `resume` has a chance, where that is known. */
  readonly until?: number;
}

/** A line of the results. The stream breaks off after the server's `maxStreamMs`, as it does wherever a connection is cut. */
export type WireResult = Result & {
  /** `?after=` of a request, with the same `only` and `order`, for what comes behind this line. */
  readonly cursor: number;
};

/** Asks for an item by any id there is: empty, `.`, or very long. Changes nothing. */
export interface WireItemQuestion {
  readonly itemId: string;
}

/** One item with its request and, where there is one, its answer. */
export interface WireItem {
  /** Place in the input, from 1. */
  readonly ordinal: number;
  readonly itemId: string;
  readonly state: 'pending' | 'ok' | 'failed';
  readonly input: unknown;
  readonly model?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly metadata?: unknown;
  readonly result: Result | null;
}

/**
 * Items in the order of the input, up to `limit` (50; at most 500) of them, fewer where they are large: a page ends with the
 * item that makes it a MiB of text.
 */
export interface WireItemPage {
  readonly items: readonly WireItem[];
  /**
   * Pass it as `after` for the next page; null at the end. A search through many items takes a second at a time: then a page
   * may be short, or empty, although there is a next one.
   */
  readonly next: number | null;
}

/** Failed items by code, the most frequent first. */
export interface WireFailures {
  readonly failures: readonly {
    readonly code: ItemErrorCode;
    readonly count: number;
    /** Of the first such item. */
    readonly message: string;
  }[];
}

/** RFC 9457. */
export interface WireProblem {
  /** `about:blank`. */
  readonly type: string;
  /** The words of the status. */
  readonly title: string;
  readonly status: number;
  /** One sentence for a person. */
  readonly detail: string;
  readonly code: BatchErrorCode | WireProblemCode;
  /** What is wrong where, for a body or a query. */
  readonly errors?: readonly {
    /** Of the body, from 1. */
    readonly line?: number;
    /** Path of the field, such as `params.temperature`; empty for the whole line. */
    readonly field: string;
    readonly message: string;
  }[];
}

export type WireProblemCode =
  | 'bad_request'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'body_too_large'
  | 'unsupported_media_type'
  | 'too_many_streams'
  | 'too_many_uploads'
  | 'unavailable';
