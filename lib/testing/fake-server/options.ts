import type { BatchOptions } from './batch-options.js';
import type { FakeClock } from './clock.js';
import type { FaultPlan } from './fault.js';
import type { LedgerMemory } from './ledger-entry.js';
import type { QuotaOptions } from './quota.js';

/** What an `answer` option gets to see. */
export interface AnswerRequest {
  /** The request's own body. */
  readonly body: unknown;
  readonly model: string;
  /** Text of the last user message, or of the input. */
  readonly text: string;
}

/** Options of every fake server. Quotas are per model. */
export interface FakeServerOptions extends QuotaOptions {
  /** Default 0: any free one. Only 127.0.0.1 is listened on. */
  readonly port?: number;
  /** Real milliseconds before an ordinary request is answered, or a function of its number from 1; default 0. */
  readonly latencyMs?: number | ((n: number) => number);
  /** Left out, any key will do; given, others get a 401 (Gemini: a 400). */
  readonly apiKey?: string;
  /** Left out, every model exists; given, others get a 404. */
  readonly models?: readonly string[];
  readonly faults?: FaultPlan;
  /** Decides what chance decides; default 1. */
  readonly seed?: number;
  /** The answer's text; default `echo: <text>`, or a sample of the schema where structured output is asked for. */
  readonly answer?: (request: AnswerRequest) => string;
  /** Numbers in an embedding where the request does not say; default 16. */
  readonly embeddingSize?: number;
  /** Default: the machine's. */
  readonly clock?: FakeClock;
  /** Default `all`. */
  readonly ledger?: LedgerMemory;
  /** Native batches. */
  readonly batches?: BatchOptions;
  /** Whether quotas show in response headers, `retry-after` of a refusal among them, where the provider has such; default true. */
  readonly rateLimitHeaders?: boolean;
}
