/** The convenient form of an input; any other object is the provider's own request body and is passed on untouched. */
export interface PromptInput {
  readonly prompt: string;
  readonly system?: string;
}

/** What a caller hands in, one per request. */
export interface BatchItem {
  /** Unique within the job. Left out, it is made from the content, the same on every run. */
  readonly itemId?: string;
  /** `{ prompt, system? }`, a bare string (the same as `{ prompt }`), or the provider's own request body. */
  readonly input: unknown;
  /** Overrides the job's and the client's model. */
  readonly model?: string;
  /** Request parameters (temperature, max_tokens, ...), merged over the job's. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** Anything JSON; comes back with the result. */
  readonly metadata?: unknown;
}

/** An item as stored and as given to a provider, with the job's defaults applied. */
export interface ResolvedItem {
  readonly itemId: string;
  readonly input: unknown;
  readonly model: string | undefined;
  readonly params: Readonly<Record<string, unknown>>;
}
