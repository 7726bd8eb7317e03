import type { JobStatus, RunMode, StopReason } from './job.js';

/** A limit per minute that is in force, and who says so. */
export interface PacedLimit {
  readonly perMinute: number;
  /** Set by an option, told by the provider (headers, error details), or found by searching for the ceiling. */
  readonly source: 'option' | 'provider' | 'search';
}

/** Whether requests flow or wait, for what, and how many may flow. */
export interface PacingState {
  readonly state: 'open' | 'held';
  /** Epoch milliseconds at which a held limiter opens again. */
  readonly until: number | null;
  /** Nothing is answered at all: requests wait for that, not for a limit; from time to time one asks. */
  readonly outage: boolean;
  /** Requests that wait for the limiter now. */
  readonly waiting: number;
  /** Rate-limit refusals so far in this run. */
  readonly refusals: number;
  /** Most requests in flight at present, or null where only `concurrency` limits them. */
  readonly window: number | null;
  /** The limit that binds, per dimension, or null where none is known. */
  readonly requests: PacedLimit | null;
  readonly tokens: PacedLimit | null;
}

/** Nothing is held, nothing is known. */
export const openPacing: PacingState = {
  state: 'open',
  until: null,
  outage: false,
  waiting: 0,
  refusals: 0,
  window: null,
  requests: null,
  tokens: null,
};

/** One native batch of a job. */
export interface ShardProgress {
  readonly shard: number;
  readonly batchId: string | null;
  readonly status: string;
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
}

/** A job at one moment. Rates are per minute over the last 60 s of the run, or since its start. */
export interface Progress {
  readonly mode: RunMode;
  readonly status: JobStatus;
  readonly reason: StopReason | null;
  readonly total: number;
  /** False while the input is still being read. */
  readonly totalKnown: boolean;
  readonly done: number;
  readonly ok: number;
  readonly failed: number;
  readonly inFlight: number;
  /** Neither finished nor in flight. */
  readonly pending: number;
  readonly tokens: { readonly input: number; readonly output: number };
  /** US dollars, or null where no price is known. */
  readonly cost: number | null;
  readonly rate: {
    readonly itemsPerMinute: number;
    readonly requestsPerMinute: number;
    readonly tokensPerMinute: number;
  };
  /** Milliseconds to the end at the present rate, or null where unknown. */
  readonly etaMs: number | null;
  readonly pacing: PacingState;
  /** Native mode only. */
  readonly shards?: readonly ShardProgress[];
}
