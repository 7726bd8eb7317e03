import { setTimeout as delay } from 'node:timers/promises';
import { storedState } from '../crash/stored-state.js';
import type { FakeServer } from '../../../lib/testing/index.js';
import type { ChaosJob } from './chaos-task.js';

/** What was finished when all processes of a provider were gone, and how far its ledger was. */
export interface StopMark {
  readonly done: Readonly<Record<string, ReadonlySet<string>>>;
  readonly entries: number;
  readonly batches: number;
}

/** Taken between two processes: whatever is sent later was sent in the knowledge of it. */
export async function markStop(db: string, jobs: readonly ChaosJob[], server: FakeServer): Promise<StopMark> {
  // What had left before the end may still be on its way into the ledger.
  await delay(50);
  const done = Object.fromEntries(jobs.map(({ jobId }) => [jobId, storedState(db, jobId).done]));
  return { done, entries: server.ledger.entries.length, batches: server.ledger.batches.length };
}
