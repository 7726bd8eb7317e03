import type { Connection } from './connection.js';
import { itemKey, lastKey } from './key-space.js';
import { checkKeys } from './row-checks.js';
import { DamagedRow } from './stored-json.js';

/** Rows looked at together: a third of a second for a million. */
const slice = 4_000;

/**
 * Throws where the file no longer knows of each finished item that it is finished: it would be sent, and paid for, again. Once
 * before a run, and of the items above the low-water mark only: nothing else is claimed. Within a read.
 */
export function refuseLostStates(connection: Connection, job: number): void {
  const counts = 'SELECT low_water AS lowWater, ok + failed AS done FROM jobs WHERE key = ?';
  const { lowWater, done } = connection.sql(counts).get(job) as { readonly lowWater: number; readonly done: number };
  if (done <= lowWater) return;
  const known = lowWater + settledAbove(connection, job, itemKey(job, lowWater));
  if (known < done)
    throw new DamagedRow(`of ${String(done)} finished items it knows only ${String(known)} to be finished`);
}

function settledAbove(connection: Connection, job: number, above: number): number {
  const text = 'SELECT key, state FROM item_states WHERE key > ? AND key <= ? ORDER BY key LIMIT ?';
  let settled = 0;
  for (let after = above; ;) {
    const page = connection.rawSql(text).all(after, lastKey(job), slice) as (readonly [key: number, state: number])[];
    for (const [, state] of checkKeys(page, job, after, ([key]) => key)) if (state > 0) settled++;
    const last = page.at(-1);
    if (last === undefined) return settled;
    [after] = last;
  }
}
