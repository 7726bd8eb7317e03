import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { isForeignLog } from './foreign-log.js';
import { readWal } from './wal-pages.js';

/** What is wrong with a write-ahead log: it has lost something of the middle, or is another database's. */
export type LogFault = 'loss' | 'foreign';

/**
 * SQLite takes the first wrong checksum for the end of the log, so it would go back to an earlier state without a word, and
 * remove what stands behind; and it writes the log of any other database into this one. Must be asked before it opens the file.
 */
export function findLogFault(path: string): LogFault | undefined {
  const wal = `${path}-wal`;
  if (!existsSync(wal)) return undefined;
  const before = statSync(wal);
  const log = readWal(wal, undefined);
  const foreign = isForeignLog(headerOf(path), log);
  log.close?.();
  // Somebody is at work in it: what looked wrong was on its way.
  const after = existsSync(wal) ? statSync(wal) : undefined;
  if (after?.mtimeMs !== before.mtimeMs || after.size !== before.size) return undefined;
  if (foreign) return 'foreign';
  return log.damaged ? 'loss' : undefined;
}

function headerOf(path: string): Buffer {
  const header = Buffer.alloc(100);
  const file = openSync(path, 'r');
  readSync(file, header, 0, header.length, 0);
  closeSync(file);
  return header;
}
