import { statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { errorCode } from '../../core/error-code.js';
import { BatchError } from '../../core/errors.js';

/** Free bytes without which a run is not worth starting. */
const leastFreeBytes = 32 * 1024 * 1024;
/** What SQLite needs at once: a piece of shared memory. */
const roomBytes = 64 * 1024;

export const diskFull = (path: string): string =>
  `The disk that holds ${path} is full; free some space and resume: nothing already written is lost`;

export function fullDisk(path: string, cause: unknown): BatchError {
  return new BatchError('disk_full', diskFull(path), { cause });
}

/** Whether an error of Node's file system says so. */
export function isNoSpace(error: unknown): boolean {
  return /^(ENOSPC|EDQUOT)$/.test(errorCode(error));
}

/** Whether the disk that holds a file has no room; false where that cannot be told. */
export function isFull(path: string): boolean {
  try {
    return freeBytes(path) < roomBytes;
  } catch {
    return false;
  }
}

/** Asked before a run, not before a look: a full disk can still be read. */
export function refuseFullDisk(path: string): void {
  if (path === ':memory:') return;
  const free = freeBytes(path);
  if (free >= leastFreeBytes) return;
  throw new BatchError(
    'disk_full',
    `The disk that holds ${path} has only ${String(Math.floor(free / 1024 / 1024))} MB left; free some space first`,
  );
}

function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(dirname(resolve(path)));
  return bavail * bsize;
}
