import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { BatchError } from '../../core/errors.js';

/** What SQLite needs at once: a piece of shared memory. */
const roomBytes = 64 * 1_024;

export const diskFull = (path: string): string =>
  `The disk that holds ${path} is full; free some space and resume: nothing already written is lost`;

export function fullDisk(path: string, cause: unknown): BatchError {
  return new BatchError('disk_full', diskFull(path), { cause });
}

/** Whether an error of Node's file system says so. */
export function isNoSpace(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && /^(ENOSPC|EDQUOT)$/.test(String(error.code));
}

/** Whether the disk that holds a file has no room; false where that cannot be told. */
export function isFull(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize < roomBytes;
  } catch {
    return false;
  }
}
