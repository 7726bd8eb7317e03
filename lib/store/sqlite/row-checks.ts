import type { Connection } from './connection.js';
import { jobOf, lastKey } from './key-space.js';
import { DamagedRow } from './stored-json.js';

/*
 * A page of the file that stands in another's place leads to rows nobody asked for, and SQLite sees no fault in it: rows of
 * another job, or the same ones again and again. So each is compared with the one before.
 */

const told = 'rows are not where they belong';

/** Events of a job above a sequence, each once. */
export function checkEvents<R extends { readonly seq: number; readonly job: number; readonly item: number | null }>(
  rows: readonly R[],
  job: number,
  after: number,
): readonly R[] {
  let last = after;
  for (const row of rows) {
    // The job by the index, and by the row itself.
    if (row.seq <= last || row.job !== job || (row.item !== null && jobOf(row.item) !== job))
      throw new DamagedRow(told);
    last = row.seq;
  }
  return rows;
}

/** Rows of a job's items above a key, each once. */
export function checkKeys<R>(rows: readonly R[], job: number, after: number, keyOf: (row: R) => number): readonly R[] {
  let last = after;
  for (const row of rows) {
    const key = keyOf(row);
    if (key <= last) throw new DamagedRow(told);
    last = key;
  }
  if (last > lastKey(job)) throw new DamagedRow(told);
  return rows;
}

/** Of a job that is there: one that was deleted loses its rows bit by bit. Within a read. */
export function refuseMissing(connection: Connection, job: number): void {
  const there = connection.sql('SELECT 1 FROM jobs WHERE key = ? AND job_id IS NOT NULL').get(job);
  if (there !== undefined) throw new DamagedRow('a result is not where its item says');
}
