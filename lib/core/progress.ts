import type { JobStatus, RunMode, StopReason } from './job.js';

/** Whether requests flow or wait, and for what. */
export interface PacingState {
  readonly state: 'open' | 'held';
  /** Epoch milliseconds at which a held limiter opens again. */
  readonly until: number | null;
  /** Requests that wait for the limiter now. */
  readonly waiting: number;
  /** Rate-limit refusals so far in this run. */
  readonly refusals: number;
}

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
