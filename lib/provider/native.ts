import type { ObservableInput } from 'rxjs';
import type { ResolvedItem } from '../core/item.js';
import type { ItemError, Usage } from '../core/result.js';

/** A provider's limits on one batch and on all of them. Every one can be overridden by option. */
export interface NativeCaps {
  /** Requests in one batch. */
  readonly maxRequests: number;
  /** Bytes of one batch's input. */
  readonly maxBytes: number;
  /** Embedding inputs summed over one batch. */
  readonly maxInputs: number;
  /** Batches at work at the same time, per quota scope. */
  readonly maxBatches: number;
  /** Batch creations in an hour, per quota scope. */
  readonly creationsPerHour: number;
  /** Enqueued prompt tokens per model, per quota scope; null where nothing is known. */
  readonly enqueuedTokens: number | null;
}

/** One line of a batch's input. `text` is JSON without a line feed. */
export interface NativeLine {
  readonly text: string;
  /** The model it asks: that of the body, where the body names one. All lines of a batch must have the same. */
  readonly model: string;
  /** Prompt tokens by estimate. */
  readonly tokens: number;
  /** Embedding inputs; 1 for everything else. */
  readonly inputs: number;
}

/** What is marked on a batch, so that it is found again after a crash. */
export interface BatchMarker {
  /** Random, one per job and database: never the job id alone, which others may use too. */
  readonly run: string;
  readonly shard: number;
  readonly attempt: number;
  /** Hash of the shard's lines, hex. */
  readonly content: string;
}

export interface BatchSubmission {
  readonly marker: BatchMarker;
  readonly jobId: string;
  readonly model: string;
  /** Exactly those of `lines()`, in UTF-8, line feeds included. */
  readonly bytes: number;
  readonly requests: number;
  /** The lines in order, a page at a time, each text ending in a line feed; read once, when the upload asks for them. */
  lines(): Iterable<string>;
  /** A file uploaded by an earlier try of this very shard and attempt, if that is known. */
  readonly fileId: string | undefined;
}

/**
 * How far a submission is. `uploaded` must be told before the create is sent (unless `fileId` was given): an intent without
 * a file is taken for one that was never created, and is submitted again without a search.
 */
export type SubmitStep =
  { readonly step: 'uploaded'; readonly fileId: string } | { readonly step: 'created'; readonly batch: RemoteBatch };

/** `failed`: refused as a whole, nothing was run. `expired`, `cancelled`: what was finished is there. */
export type RemoteStatus = 'queued' | 'running' | 'cancelling' | 'completed' | 'failed' | 'expired' | 'cancelled';

/** A batch as its provider tells it. */
export interface RemoteBatch {
  readonly batchId: string;
  readonly status: RemoteStatus;
  /** The provider's own word for the status. */
  readonly said: string;
  /** What its creator marked on it; undefined for batches of others. */
  readonly marker: BatchMarker | undefined;
  /** Never trusted for the end. */
  readonly counts: { readonly total: number; readonly completed: number; readonly failed: number } | undefined;
  /** Where results are, in the provider's terms; more may appear after the status is final. */
  readonly outputs: readonly string[];
  readonly inputFileId: string | undefined;
  /** Faults of a batch refused as a whole. */
  readonly faults: readonly BatchFault[];
  /** Epoch milliseconds. */
  readonly createdAt: number | undefined;
}

/**
 * - `quota`: too much is enqueued; the batch may be sent again later
 * - `line`: one line is at fault (`line` counts from 1, or `key` names it)
 * - `batch`: the whole batch is at fault, whatever its lines
 */
export interface BatchFault {
  readonly kind: 'quota' | 'line' | 'batch';
  readonly code: string;
  readonly message: string;
  readonly line?: number;
  readonly key?: string;
}

/** What a line of a batch's output or error file says of its item. */
export type NativeOutcome =
  | { readonly kind: 'ok'; readonly output: unknown; readonly usage?: Usage; readonly raw?: unknown }
  | { readonly kind: 'error'; readonly error: ItemError; readonly raw?: unknown; readonly usage?: Usage }
  /** The provider did not get to it: it may be sent again at no cost. */
  | { readonly kind: 'unprocessed'; readonly code: 'expired' | 'cancelled'; readonly message: string };

/** One line of a batch's output or error file. */
export type NativeResult =
  | ({ readonly key: string } & NativeOutcome)
  /** A line that is no result of anything: not JSON, or without a key. */
  | { readonly key: null; readonly kind: 'unreadable'; readonly text: string }
  /**
   * An outcome that does not say whose it is (seen in Gemini's embeddings): it is line `position`, from 0, of its output. To
   * be joined by that only where the output has as many lines as the shard had, and then to be said.
   */
  | {
      readonly key: null;
      readonly kind: 'unkeyed';
      readonly position: number;
      readonly text: string;
      readonly outcome: NativeOutcome;
    };

/** What the engine makes of an error of a call that creates, polls, lists, cancels or downloads. */
export type NativeVerdict =
  /** It may pass later; `waitMs` as the provider asked. `unanswered`: there was no server, or it only fails. */
  | { readonly kind: 'retry'; readonly message: string; readonly waitMs?: number; readonly unanswered?: boolean }
  /** Refused for the amount that is enqueued or created: put the shard back. */
  | { readonly kind: 'quota'; readonly message: string; readonly waitMs?: number }
  /** It is not known whether the create happened: search before it is tried again. */
  | { readonly kind: 'ambiguous'; readonly message: string; readonly unanswered?: boolean }
  /** The batch or file is not there (any more), by the provider's own word: a proxy's 404 is a `fail`. */
  | { readonly kind: 'gone'; readonly message: string }
  /** The shard cannot pass as it is. Of any other call than a create: refused; it is repeated. */
  | { readonly kind: 'fail'; readonly error: ItemError }
  /** No shard can pass now. */
  | {
      readonly kind: 'stop';
      readonly status: 'failed' | 'paused';
      readonly code: 'auth' | 'quota_exhausted' | 'daily_quota' | 'invalid_options';
      readonly error: ItemError;
      /** Milliseconds until a shard can pass again, where that is known. */
      readonly waitMs?: number;
    };

export interface NativeContext {
  /** Aborted when the call is given up. */
  readonly signal: AbortSignal;
}

/** One place in a result file: pages of results with the byte offset after the last of them. */
export interface ResultPage {
  /** May be empty: a sign of life while bytes that were consumed before are passed over. */
  readonly results: readonly NativeResult[];
  /** Bytes of this output consumed up to and including the last result of this page. */
  readonly offset: number;
}

/**
 * Optional capability of a Provider: its own batch API. Each call is one try; retries, waiting and the order of things are
 * the engine's business. Observables are cold, and unsubscribing aborts the call.
 */
export interface NativeCapability {
  readonly caps: NativeCaps;
  /**
   * The line of an item; `key` is what its result will carry. Throws a ProviderError for an item that can be sent as a request
   * but not in a batch.
   */
  line(item: ResolvedItem, key: string): NativeLine;
  /** Uploads and creates. Never retried by the SDK. */
  submit(submission: BatchSubmission, context: NativeContext): ObservableInput<SubmitStep>;
  /** One full search of the provider's list, page by page: every batch that carries this `run`, newest or oldest first. */
  find(run: string, context: NativeContext): ObservableInput<RemoteBatch>;
  poll(batchId: string, context: NativeContext): ObservableInput<RemoteBatch>;
  /** One of a batch's `outputs` as a byte stream, in pages, from a byte offset (0, or one emitted before). */
  results(output: string, from: number, context: NativeContext): ObservableInput<ResultPage>;
  cancel(batchId: string, context: NativeContext): ObservableInput<RemoteBatch>;
  /** Deletes uploaded and result files (a batch's `outputs` are among them); errors are of no consequence. */
  cleanUp(fileIds: readonly string[], context: NativeContext): ObservableInput<unknown>;
  /** What an error of a call means; `call` tells a create, where not knowing is an answer of its own. */
  classify(error: unknown, call: 'submit' | 'poll' | 'find' | 'results' | 'cancel'): NativeVerdict;
  /** Whether `mode: 'auto'` may use it (not on a foreign `baseURL`), and why. */
  readonly auto: { readonly sensible: boolean; readonly reason: string };
}
