import type { Result } from '../../core/result.js';
import type { Row } from './leaf-rows.js';
import type { Column } from './record.js';

/** `key-space.ts`: what a key of an item is made of. */
const span = 2 ** 32;

/** Which rows of which tables these are is told by their shape: a file may have lost the list of its tables. */
export interface ResultRow {
  readonly seq: number;
  readonly job: number;
  readonly ordinal: number;
}

/** A result: `events (seq, job, type = 2, at, item, ok, body)`. */
export function toResultRow({ rowid, columns }: Row): ResultRow | undefined {
  const [seq, job, type, at, item, ok, body] = columns;
  if (
    columns.length !== 7 ||
    seq !== null ||
    type !== 2 ||
    rowid === null ||
    !isWhole(job) ||
    !isWhole(at) ||
    !isWhole(item)
  )
    return undefined;
  if ((ok !== 0 && ok !== 1) || typeof body !== 'string' || Math.floor(item / span) !== job) return undefined;
  return { seq: rowid, job, ordinal: item % span };
}

/** What a result's row holds; undefined where it is no whole result any more. */
export function toResult({ columns: [, , , , , ok, body] }: Row): Result | undefined {
  try {
    const result = JSON.parse(String(body)) as Partial<Result> | null;
    if (typeof result?.itemId !== 'string' || result.ok !== (ok === 1)) return undefined;
    return result as Result;
  } catch {
    return undefined;
  }
}

/** An item that has its result: `item_states (key, state, starts, failures, seq)`. */
export function toSettled({ rowid, columns }: Row): { readonly job: number } | undefined {
  const [key, state, starts, failures, seq] = columns;
  if (columns.length !== 5 || key !== null || rowid === null || (state !== 1 && state !== 2)) return undefined;
  return isWhole(starts) && isWhole(failures) && isWhole(seq) ? { job: Math.floor(rowid / span) } : undefined;
}

export interface JobName {
  readonly jobId: string;
  readonly key: number;
  /** Results by its own count. */
  readonly counted: number | null;
}

/** Columns of `jobs` up to the counts. */
const ok = 13;
const failed = 14;
const fewestJobColumns = 31;

/** A job's row, or the entry of the index over their ids. */
export function toJobName({ rowid, columns }: Row): JobName | undefined {
  const [first, second] = columns;
  if (rowid === null) {
    if (columns.length !== 2 || typeof first !== 'string' || !isWhole(second)) return undefined;
    return { jobId: first, key: second, counted: null };
  }
  if (columns.length < fewestJobColumns || first !== null || typeof second !== 'string') return undefined;
  const counts = [columns[ok], columns[failed]];
  if (!counts.every(isWhole)) return undefined;
  return { jobId: second, key: rowid, counted: counts.reduce((sum, count) => sum + count, 0) };
}

function isWhole(value: Column | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
