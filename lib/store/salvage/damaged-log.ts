import { existsSync, statSync } from 'node:fs';
import { isBlankPage, isForeignPage } from './foreign-log.js';
import { readWal } from './wal-pages.js';

/** What is wrong with a write-ahead log: it has lost something of the middle, or is another program's. */
export type LogFault = 'loss' | 'foreign';

/**
 * SQLite takes the first wrong checksum for the end of the log, so it would go back to an earlier state without a word, and
 * remove what stands behind; and it writes the log of any other database into this one. Must be asked before it opens the file.
 * Only the log is opened: to close the database, or its `-shm`, would take away the locks this process has on them.
 */
export function findLogFault(path: string): LogFault | undefined {
  const wal = `${path}-wal`;
  if (!existsSync(wal)) return undefined;
  const before = statSync(wal);
  const log = readWal(wal, undefined);
  const first = log.read(1);
  log.close?.();
  // Somebody is at work in it: what looked wrong was on its way.
  const after = existsSync(wal) ? statSync(wal) : undefined;
  if (after?.mtimeMs !== before.mtimeMs || after.size !== before.size) return undefined;
  if (first !== undefined && isForeignPage(first) && !isBeingMade(path, first)) return 'foreign';
  return log.damaged ? 'loss' : undefined;
}

/** Who makes a database and those who open it meanwhile may write its first page to the log before the page is marked as ours. */
function isBeingMade(path: string, first: Buffer): boolean {
  return isBlankPage(first) && statSync(path).size <= first.length;
}
