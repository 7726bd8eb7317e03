import type { RunMode, RunOptions } from '../../../lib/index.js';
import type { FakeName } from './crash-task.js';

/** One provider in one mode: what is killed, and how large its jobs are. */
export interface Cell {
  readonly provider: FakeName;
  readonly mode: RunMode;
  readonly count: number;
  readonly concurrency: number;
  readonly options: RunOptions;
}

export const cellName = ({ provider, mode }: Cell): string => `${mode} ${provider}`;

const requests = { count: 150, concurrency: 8, options: { backoffBaseMs: 10 } };

/** Six shards, three at a time. */
const batches = {
  ...{ count: 44, concurrency: 8 },
  options: {
    ...{ pollIntervalMs: 15, maxPollIntervalMs: 40, orphanWaitMs: 400, lateOutputMs: 1_000 },
    nativeCaps: { maxRequests: 8, maxBatches: 3 },
  },
};

export const cells: readonly Cell[] = [
  { provider: 'openai', mode: 'emulated', ...requests },
  { provider: 'gemini', mode: 'emulated', ...requests },
  { provider: 'openai', mode: 'native', ...batches },
  { provider: 'gemini', mode: 'native', ...batches },
];
