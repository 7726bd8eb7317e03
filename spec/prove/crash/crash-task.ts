import type { RunMode, RunOptions } from '../../../lib/index.js';
import type { KillPoint } from '../programs/points/kill-switch.js';

export type FakeName = 'openai' | 'gemini';

/** What one process of the crash proof is told to do. */
export interface CrashTask {
  readonly provider: FakeName;
  readonly mode: RunMode;
  readonly url: string;
  readonly db: string;
  readonly count: number;
  readonly concurrency: number;
  readonly options: RunOptions;
  readonly input: 'array' | 'trickle';
  /** Number of this process in the job's life, from 1. */
  readonly run: number;
  readonly kill: KillPoint | null;
  /** Count awaits too, which is slow. */
  readonly learn: boolean;
  /** File for the points it passed. */
  readonly report: string;
}
