import { errorCode } from '../../core/error-code.js';
import { BatchError, isBatchError, messageOf, type BatchErrorCode } from '../../core/errors.js';
import { diskFull, fullDisk, isFull } from './full-disk.js';
import { DamagedRow } from './stored-json.js';

/** Read-only and page by page: what SQLite can no longer reach is found there too. */
const salvageCommand = (path: string): string => {
  const word = /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
  return `openapi-batch results <job-id> --salvage --db ${word}`;
};

const salvage = (path: string): string => `read what is left of a job with: ${salvageCommand(path)}`;

/** That command writes nothing, not even beside the file. */
const onlyRead = (path: string): string => `results that are in it can be read with: ${salvageCommand(path)}`;

const damaged = (path: string, said: string): string =>
  `${path} is damaged (${said}); restore it from a copy, or ${salvage(path)}`;

/** A file that is damaged, and what can be done. */
export function damagedFile(path: string, said: string, options: ErrorOptions = {}): BatchError {
  return new BatchError('store_corrupt', damaged(path, said), options);
}

const codes: readonly (readonly [RegExp, BatchErrorCode, (path: string, said: string) => string])[] = [
  [/^SQLITE_FULL$/, 'disk_full', diskFull],
  [
    /^SQLITE_NOTADB/,
    'store_corrupt',
    (path, said) =>
      `${path} is not a readable SQLite database (${said}); restore it from a copy, or choose another file; if it was one, ${salvage(path)}`,
  ],
  [/^SQLITE_CORRUPT/, 'store_corrupt', damaged],
  [
    /^SQLITE_READONLY/,
    'store_readonly',
    (path) => `${path} cannot be written: the file or its folder is read-only; ${onlyRead(path)}`,
  ],
  [
    /^SQLITE_(BUSY|LOCKED|PROTOCOL)/,
    'store_locked',
    (path) =>
      `${path} is locked by another process that does not let go of it; end that process, or choose another file`,
  ],
  [
    /^SQLITE_CANTOPEN/,
    'store_unopenable',
    (path) =>
      `${path} cannot be opened: does its folder exist, and may this user write there? If the medium is read-only, ${onlyRead(path)}`,
  ],
  [
    /^SQLITE_(IOERR|PERM|AUTH|NOMEM|TOOBIG)/,
    'store_failed',
    (path, said) => `Reading or writing ${path} failed: ${said}`,
  ],
];

/**
 * An engine error as a BatchError with one clear sentence. By `code` only: under Jest an error of the native module is
 * not always `instanceof Error` (jestjs/jest#15024).
 */
export function translateError(error: unknown, path: string): unknown {
  if (isBatchError(error)) return error;
  if (error instanceof DamagedRow) return damagedFile(path, error.message, { cause: error });
  const code = errorCode(error);
  const said = messageOf(error);
  // The end of the disk may surface as an I/O error: where the WAL's shared memory has no room (SHMSIZE), or the quota has none.
  if (/^SQLITE_IOERR_(WRITE|SHMSIZE|SHMMAP|FSYNC|TRUNCATE)/.test(code) && isFull(path)) {
    return fullDisk(path, error);
  }
  const row = codes.find(([pattern]) => pattern.test(code));
  if (row !== undefined) return new BatchError(row[1], row[2](path, said), { cause: error });
  return code.startsWith('SQLITE_')
    ? new BatchError('store_failed', `${path}: ${said} (${code})`, { cause: error })
    : error;
}
