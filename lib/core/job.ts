import type { PacingState } from './progress.js';

/** How a job was asked to run. */
export type Mode = 'auto' | 'native' | 'emulated';

/** How a job does run, once `auto` is decided. */
export type RunMode = 'native' | 'emulated';

/**
 * - `pending`: created, not started (a cold job nobody has subscribed to yet)
 * - `running`: an owner works on it
 * - `paused`: stopped on purpose or by a limit; `resume` goes on
 * - `failed`: could not go on (wrong key, quota spent, disk full); nothing is lost, `resume` goes on
 * - `cancelled`, `completed`: ended with a `complete` event
 * - `interrupted`: was running when its process died; `resume`, or the same `map({ jobId })`, goes on
 */
export type JobStatus = 'pending' | 'running' | 'paused' | 'failed' | 'cancelled' | 'completed' | 'interrupted';

/** Why a job stopped before its end. `code` is that of the `BatchError` its Observable ends with. */
export interface StopReason {
  readonly code: string;
  readonly message: string;
  /** Epoch milliseconds from which on `resume` has a chance, where that is known: the reset of a day's quota, say. */
  readonly until?: number;
}

/** What `job.info()` and `client.jobs()` answer. Times are epoch milliseconds. */
export interface JobInfo {
  readonly jobId: string;
  readonly status: JobStatus;
  readonly reason: StopReason | null;
  readonly provider: string;
  readonly endpoint: string;
  readonly model: string | null;
  /** Of the server the job was made for, where it is not the provider's own. */
  readonly baseURL: string | null;
  /** Whether it was made with a provider object of a program, not with one chosen by name. */
  readonly ownProvider: boolean;
  /** As asked for. */
  readonly mode: Mode;
  /** As run, and why. */
  readonly runMode: RunMode;
  readonly modeReason: string;
  readonly total: number;
  /** Whether the input was read to its end: if not, `total` may still grow. */
  readonly inputComplete: boolean;
  readonly ok: number;
  readonly failed: number;
  readonly pending: number;
  readonly tokens: { readonly input: number; readonly output: number };
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly tags: readonly string[];
  readonly metadata: unknown;
  /** Who works on it now, if anybody: a process id and a host. */
  readonly owner: { readonly pid: number; readonly host: string } | null;
  /** Whether its requests flow or wait, and the limits in force; null while nobody works on it. */
  readonly pacing: PacingState | null;
  /** Things worth knowing that are no failure of an item: unknown or duplicate lines of a native batch, say. */
  readonly notes: Readonly<Record<string, number>>;
}
