/** Tokens as the provider counted them. Output includes reasoning tokens, as billed. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Part of `inputTokens` that the provider served from its prompt cache. */
  readonly cachedInputTokens?: number;
}

/** Why an item failed for good. The set is closed: a `switch` over it can be exhaustive. */
export type ItemErrorCode =
  | 'rate_limited'
  | 'quota_exhausted'
  | 'auth'
  | 'invalid_request'
  | 'too_large'
  | 'content_filtered'
  | 'schema_mismatch'
  | 'timeout'
  | 'network'
  | 'server_error'
  | 'invalid_response'
  | 'expired'
  | 'missing'
  | 'cancelled';

/** One item's failure, as stored and as written to the output. */
export interface ItemError {
  readonly code: ItemErrorCode;
  /** The provider's own words where there are any; secrets are taken out. */
  readonly message: string;
  /** HTTP status, where there was one. */
  readonly status?: number;
  /** Whether the same request may succeed later (what `retryFailed()` is for). */
  readonly retryable: boolean;
}

/** The answer to one item. */
export interface ResultOk<T = unknown> {
  readonly itemId: string;
  readonly ok: true;
  /** Text of the answer, vectors of an embedding, or whatever a schema made of it. */
  readonly output: T;
  readonly usage?: Usage;
  /** Attempts made, this one included; rate-limit refusals are not counted. */
  readonly attempts: number;
  /** The provider's body, as kept by the option `keepRaw`. */
  readonly raw?: unknown;
  /** The caller's own `metadata` of the item. */
  readonly metadata?: unknown;
}

/** The final failure of one item: a value, never an Observable error. */
export interface ResultErr {
  readonly itemId: string;
  readonly ok: false;
  readonly error: ItemError;
  readonly usage?: Usage;
  readonly attempts: number;
  readonly raw?: unknown;
  readonly metadata?: unknown;
}

export type Result<T = unknown> = ResultOk<T> | ResultErr;
