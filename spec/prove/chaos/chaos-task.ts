import type { RunMode } from '../../../lib/index.js';

export type FakeName = 'openai' | 'gemini';

/** One job of a worker: its items are `item-1`, `item-2`, ... */
export interface ChaosJob {
  readonly jobId: string;
  readonly mode: RunMode;
  readonly count: number;
}

/** What one process of the chaos proof is told to do. */
export interface ChaosTask {
  readonly provider: FakeName;
  readonly url: string;
  readonly db: string;
  /** At once, in one client. */
  readonly jobs: readonly ChaosJob[];
  /** Only tries to take the jobs, in every way there is, and tells what it was told. */
  readonly rival: boolean;
  /** Pages the database may have: a small disk for users who may not mount one. */
  readonly maxPages: number | null;
}

/** One item in a hundred is refused by its provider, whatever is tried. */
export function promptOf(itemId: string): string {
  return Number(itemId.slice('item-'.length)) % 100 === 50 ? `poison ${itemId}.` : `say ${itemId}.`;
}
