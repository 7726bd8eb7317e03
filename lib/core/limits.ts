/** What a provider said about one dimension of its quota, when the answer was produced. */
export interface LimitReading {
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds until `remaining` is `limit` again; absent where it is not told: then a minute gives the whole limit. */
  readonly resetMs?: number;
}

/** Rate limits as an answer states them, be it good or a refusal. */
export interface LimitObservation {
  readonly requests?: LimitReading;
  readonly tokens?: LimitReading;
}
