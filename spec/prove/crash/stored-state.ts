import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobRecord } from '../../../lib/store/store.js';
import { sqliteStore } from '../../../lib/store/sqlite/sqlite-store.js';
import type { PlacedResult } from '../../../lib/store/store.js';

/** What a database holds of the job. */
export interface StoredState {
  readonly record: JobRecord | undefined;
  readonly results: readonly PlacedResult[];
  /** Ids of items with a result. */
  readonly done: ReadonlySet<string>;
}

const empty: StoredState = { record: undefined, results: [], done: new Set() };

/**
 * What the next process will find. Read from a copy: the database itself stays as the kill has left it, its write-ahead log
 * unread. `watched`: this process has it open, and it is read as it is. A process killed within a commit may have written the
 * whole of it without telling those who have the log open: for them, and for who comes next, it did not happen, while a copy
 * would show it. (A copy would also drop this process's locks on the file.)
 */
export function storedState(db: string, jobId = 'job', watched = false): StoredState {
  if (!existsSync(db)) return empty;
  if (watched) return readState(db, jobId);
  const folder = mkdtempSync(join(tmpdir(), 'openapi-batch-copy-'));
  const copy = join(folder, 'copy.sqlite');
  try {
    copyFileSync(db, copy);
    if (existsSync(`${db}-wal`)) copyFileSync(`${db}-wal`, `${copy}-wal`);
    return readState(copy, jobId);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readState(path: string, jobId: string): StoredState {
  const store = sqliteStore({ path, durability: 'normal' });
  const record = store.findJob(jobId);
  const results = record === undefined ? [] : store.results(record.key, 0, 1_000_000, 'all');
  store.close();
  return { record, results, done: new Set(results.map(({ result }) => result.itemId)) };
}
