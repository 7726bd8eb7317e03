import type { Operation } from './call.js';

/**
 * How much a ledger remembers. `all`: every call, with the start of its body. `keys`: counts, and how often each
 * distinct body was billed. `counts`: numbers only, for benches of a million requests.
 */
export type LedgerMemory = 'all' | 'keys' | 'counts';

/** One call the server saw, or one line of a batch it ran. */
export interface LedgerEntry {
  /** Epoch milliseconds of its arrival, by the server's clock. */
  readonly at: number;
  readonly operation: Operation;
  readonly method: string;
  readonly path: string;
  /** Stable hash of the body; of method and path where there is none. */
  readonly key: string;
  /** Of a batch line: its `custom_id` or `key`. */
  readonly itemId?: string;
  /** Of a batch line: its batch. */
  readonly batchId?: string;
  /** The body's first 4,000 characters; empty for uploads and batch lines. */
  readonly body: string;
  /** Fault that hit it, by name. */
  fault?: string;
  /** HTTP status answered; 0 while, or if, nothing was answered. */
  status: number;
  /** Whether a model produced an answer, which a user would pay for, received or not. */
  billed: boolean;
  /** Tokens billed. */
  tokens: number;
  /** Whether the whole answer went out before the connection ended. */
  delivered: boolean;
}

/** One native batch, as it is now. */
export interface LedgerBatch {
  readonly id: string;
  /** Epoch milliseconds of its creation. */
  readonly at: number;
  /** OpenAI: its `metadata`; Gemini: its `displayName`. */
  readonly marker: unknown;
  /** Id or name of its input file; null for inline requests. */
  readonly inputFile: string | null;
  /** As the provider spells it, without a prefix. */
  status: string;
  model: string;
  /** Lines of its input; 0 until it is checked. */
  requests: number;
  /** Estimated input tokens; 0 until it is checked. */
  tokens: number;
  /** Lines run so far that would be paid for. */
  billed: number;
}
