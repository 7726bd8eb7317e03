import { existsSync, statSync } from 'node:fs';
import { readWal } from './wal-pages.js';

/**
 * Whether a write-ahead log has lost something of the middle. SQLite takes the first wrong checksum for the end of the log, so
 * it would go back to an earlier state without a word, and remove what stands behind. Must be asked before it opens the file.
 */
export function isLogDamaged(path: string): boolean {
  const wal = `${path}-wal`;
  if (!existsSync(wal)) return false;
  const before = statSync(wal);
  const log = readWal(wal, undefined);
  log.close?.();
  // Somebody is at work in it: what looked wrong was on its way.
  const after = existsSync(wal) ? statSync(wal) : undefined;
  return log.damaged && after?.mtimeMs === before.mtimeMs && after.size === before.size;
}
