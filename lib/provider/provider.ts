import type { ObservableInput } from 'rxjs';
import type { BatchErrorCode } from '../core/errors.js';
import type { ResolvedItem } from '../core/item.js';
import type { ItemError, Usage } from '../core/result.js';
import type { LimitObservation } from '../core/limits.js';
import type { NativeCapability } from './native.js';

export type { LimitObservation, LimitReading } from '../core/limits.js';

/** What the engine tells a provider about one attempt. */
export interface RequestContext {
  /** Aborted when the attempt is given up: its timeout, a second Ctrl-C. Never because a watcher left. Hand it to the socket. */
  readonly signal: AbortSignal;
  /** 1 for the first. */
  readonly attempt: number;
  readonly jobId: string;
  /** Milliseconds the whole attempt may take, body included; the engine enforces it. */
  readonly timeoutMs: number;
}

/** One good answer. Anything that is not one (empty, truncated, refused) must be thrown, so that `classify` sees it. */
export interface ProviderResponse<T = unknown> {
  readonly output: T;
  readonly usage?: Usage;
  /** The provider's body, JSON. */
  readonly raw?: unknown;
  /** Rate limits as the answer's headers state them. */
  readonly limits?: LimitObservation;
}

/** What the engine does after a failed attempt. */
export type Verdict =
  /** Uses up an attempt; tried again after the backoff, or `waitMs` if that is longer. */
  | {
      readonly kind: 'retry';
      readonly error: ItemError;
      readonly waitMs?: number;
      /** The server has too much to do (503, 529): fewer requests at a time. */
      readonly overloaded?: boolean;
      /** There was no server (no name, no connection): nothing was sent, and nothing says that the item is at fault. */
      readonly unreached?: boolean;
    }
  /** Uses up no attempt and holds everybody on this limiter for `waitMs`. */
  | {
      readonly kind: 'rate_limited';
      readonly error: ItemError;
      readonly waitMs?: number;
      readonly limits?: LimitObservation;
    }
  /** This item can never pass. */
  | { readonly kind: 'fail'; readonly error: ItemError; readonly raw?: unknown; readonly usage?: Usage }
  /** No item can pass now: the job stops, this item stays to be sent. */
  | {
      readonly kind: 'stop';
      readonly status: 'failed' | 'paused';
      readonly code: BatchErrorCode;
      readonly error: ItemError;
      /** Milliseconds until items can pass again, where that is known: the reset of a day's quota, say. */
      readonly waitMs?: number;
    };

/**
 * Port: how requests reach a model. Only `name` and `request` are required; a provider of your own can be two lines:
 *
 * ```ts
 * const mine: Provider = { name: 'mine', request: async ({ input }, { signal }) => ({ output: await ask(input, signal) }) };
 * ```
 */
export interface Provider<T = unknown> {
  /** Stored with the job; a job can only be resumed with a provider of the same name and endpoint. */
  readonly name: string;
  /** Which API of the provider, such as `/v1/chat/completions`; default `default`. */
  readonly endpoint?: string;
  /** Sent where neither item nor job nor client names a model. */
  readonly defaultModel?: string;
  /** Jobs whose providers share this share their quota; must not contain a secret. Default: the name. */
  readonly quotaScope?: string;
  /**
   * Checks at once, without a request, whether requests can be sent: a key is there, an optional SDK is installed. Throws a
   * `BatchError` if not; asked before anything of a job is stored, and safe to ask again.
   */
  prepare?(): void;
  /** One request. Emits one response and completes, or errors. Time and retries are the engine's business. */
  request(item: ResolvedItem, context: RequestContext): ObservableInput<ProviderResponse<T>>;
  /** What an error of `request` means; the default goes by an HTTP `status` property. */
  classify?(error: unknown): Verdict;
  /**
   * Tokens one request takes from a tokens-per-minute quota, estimated before it is sent. Default: UTF-8 bytes / 3 plus the
   * output limit the request names.
   */
  estimateTokens?(item: ResolvedItem): number;
  /**
   * Tokens the provider counts for a request in the end, where it counts actual use: what was estimated beyond is given
   * back, and later estimates are corrected by the ratio. Absent where the charge at admission stands (OpenAI).
   */
  countTokens?(usage: Usage): number;
  /** Why this item can never be sent, in a sentence, or undefined; asked while the input is read. */
  reject?(item: ResolvedItem): string | undefined;
  /** The provider's own batch API, where it has one for this endpoint. */
  readonly native?: NativeCapability;
  /** Lets go of sockets and timers. Asked once, after the last request; a provider used again afterwards opens new ones. */
  close?(): void | Promise<void>;
}
