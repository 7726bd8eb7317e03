/** A reason why a whole batch failed. */
export interface BatchFailure {
  readonly code: string;
  readonly message: string;
  /** Line of the input file, from 1. */
  readonly line?: number | null;
  readonly param?: string | null;
}

export interface BatchCounts {
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
}

/** How one batch lives. Times are milliseconds of the server's clock. */
export interface BatchBehaviour {
  /** Until the input is checked; default 50. */
  readonly validatingMs: number;
  /** Running, altogether: `runMs` plus `runMsPerRequest` for each line; default 0. */
  readonly runMs: number;
  readonly runMsPerRequest: number;
  /** Between the last line and the end; default 50. */
  readonly finalizingMs: number;
  /** Between a request to cancel and the end; default 50. */
  readonly cancellingMs: number;
  /** From creation; default 24 hours (OpenAI), 48 hours (Gemini). */
  readonly expiresAfterMs: number;
  /** A state it never leaves but by expiry or cancel; default none. */
  readonly stuckIn: 'validating' | 'running' | 'finalizing' | undefined;
  /** Fails as a whole with these reasons; default none. */
  readonly failWith: readonly BatchFailure[] | undefined;
  /** Lines are run, and written, in another order than the input's; default true (OpenAI), false (Gemini). */
  readonly shuffle: boolean;
  /** So many lines in the output that answer nothing in the input; default 0. */
  readonly foreignLines: number;
  /** A request to cancel comes too late: everything is done all the same; default false. */
  readonly cancelLosesRace: boolean;
  /** How long it is `completed` without naming its files; default 0. */
  readonly lateOutputMs: number;
  /** What stands for the error file of a batch without errors (OpenAI); default `null`. */
  readonly noErrors: 'null' | 'absent' | 'empty-string' | 'empty-file';
  /** Counts as reported, from the true ones; null leaves them out. Default: the true ones. */
  readonly counts: ((counts: BatchCounts) => BatchCounts | null) | undefined;
  /** How long a new batch is missing in the list; default 0. */
  readonly listLagMs: number;
}

/** What a script knows of a batch at its creation. */
export interface NewBatch {
  /** From 1, in order of creation. */
  readonly n: number;
  readonly id: string;
  /** OpenAI: the `metadata`; Gemini: the `displayName`. */
  readonly marker: unknown;
}

/** Native batches of a fake server: behaviour of all, of single ones, and the provider's limits. */
export interface BatchOptions extends Partial<BatchBehaviour> {
  /** Overrides for one batch. */
  readonly script?: (batch: NewBatch) => Partial<BatchBehaviour>;
  /** Default 50,000 (OpenAI), none (Gemini). */
  readonly maxRequests?: number;
  /** Default 200 MB (OpenAI), 2 GB (Gemini). */
  readonly maxFileBytes?: number;
  /** Texts to embed in one batch; default 50,000 (OpenAI). */
  readonly maxEmbeddingInputs?: number;
  /** Input tokens of all unfinished batches of a model; default none. OpenAI fails the batch, Gemini refuses the create. */
  readonly enqueuedTokens?: number;
  /** Default 2,000 (OpenAI), none (Gemini). */
  readonly creationsPerHour?: number;
  /** Unfinished batches at one time; default none (OpenAI), 100 (Gemini). */
  readonly maxConcurrent?: number;
  /** Whether downloads honour a `Range` header; default false. */
  readonly rangeSupport?: boolean;
  /** How the list is sorted; default newest first. */
  readonly listOrder?: 'newest' | 'oldest';
  /** Prefix of Gemini's states; default `BATCH_STATE_`. */
  readonly statePrefix?: 'BATCH_STATE_' | 'JOB_STATE_';
  /** Gemini: what `responseJsonSchema` does to answers in a batch; default `honoured`. */
  readonly jsonSchemaInBatch?: 'honoured' | 'degenerate';
  /** Gemini: whether `metadata` of inline requests comes back; default true. */
  readonly inlineMetadata?: boolean;
  /** Gemini: whether lines of an embedding batch's output carry the key; default true. */
  readonly embeddingKeys?: boolean;
  /** Gemini: whether a cancelled batch has an output, of what was done; default false. */
  readonly outputAfterCancel?: boolean;
}

const defaults: BatchBehaviour = {
  validatingMs: 50,
  runMs: 0,
  runMsPerRequest: 0,
  finalizingMs: 50,
  cancellingMs: 50,
  expiresAfterMs: 24 * 3_600_000,
  stuckIn: undefined,
  failWith: undefined,
  shuffle: true,
  foreignLines: 0,
  cancelLosesRace: false,
  lateOutputMs: 0,
  noErrors: 'null',
  counts: undefined,
  listLagMs: 0,
};

/** The behaviour of one batch: the provider's defaults, the server's options, the batch's script. */
export function behaviourOf(batch: NewBatch, options: BatchOptions, provider: Partial<BatchBehaviour>): BatchBehaviour {
  return { ...defaults, ...provider, ...options, ...options.script?.(batch) };
}
