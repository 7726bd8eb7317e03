import { BatchError } from '../../../lib/core/errors.js';
import { translateError } from '../../../lib/store/sqlite/translate-error.js';

/** As better-sqlite3 throws them; under Jest they are not always `instanceof Error`. */
const sqliteError = (code: string, message = 'said so'): unknown => ({ name: 'SqliteError', code, message });

describe('an error of the engine', () => {
  it.each([
    ['SQLITE_FULL', 'disk_full', /^The disk that holds db is full; free some space/],
    ['SQLITE_NOTADB', 'store_corrupt', /^db is not a readable SQLite database \(said so\)/],
    ['SQLITE_NOTADB', 'store_corrupt', /or choose another file; if it was one, read what is left/],
    ['SQLITE_CORRUPT', 'store_corrupt', /^db is damaged \(said so\); restore it from a copy, or read what is left/],
    ['SQLITE_CORRUPT_VTAB', 'store_corrupt', /with: openapi-batch results <job-id> --salvage --db db$/],
    ['SQLITE_READONLY', 'store_readonly', /^db cannot be written/],
    [
      'SQLITE_READONLY_DBMOVED',
      'store_readonly',
      /read-only; .* read with: openapi-batch results <job-id> --salvage --db db$/,
    ],
    ['SQLITE_BUSY', 'store_locked', /^db is locked by another process/],
    ['SQLITE_BUSY_SNAPSHOT', 'store_locked', /end that process, or choose another file/],
    ['SQLITE_LOCKED', 'store_locked', /locked/],
    ['SQLITE_PROTOCOL', 'store_locked', /locked/],
    ['SQLITE_CANTOPEN', 'store_unopenable', /^db cannot be opened: does its folder exist/],
    ['SQLITE_CANTOPEN_ISDIR', 'store_unopenable', /If the medium is read-only, .* --salvage --db db$/],
    ['SQLITE_IOERR_READ', 'store_failed', /^Reading or writing db failed: said so$/],
    ['SQLITE_NOMEM', 'store_failed', /said so/],
    ['SQLITE_CONSTRAINT_UNIQUE', 'store_failed', /^db: said so \(SQLITE_CONSTRAINT_UNIQUE\)$/],
  ])('%s is %s', (code, expected, message) => {
    const error = translateError(sqliteError(code), 'db') as BatchError;
    expect(error.code).toBe(expected);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('\n');
    expect(error.cause).toMatchObject({ code });
  });

  it('of writing is what it says where there is room, or where nobody can tell', () => {
    for (const path of ['db', '/no/such/folder/db'])
      expect(translateError(sqliteError('SQLITE_IOERR_SHMSIZE', 'disk I/O error'), path)).toMatchObject({
        code: 'store_failed',
        message: `Reading or writing ${path} failed: disk I/O error`,
      });
  });

  it('of this library, or of nobody, stays what it is', () => {
    const own = new BatchError('lease_lost', 'mine');
    expect(translateError(own, 'db')).toBe(own);
    const other = new TypeError('a bug');
    expect(translateError(other, 'db')).toBe(other);
    expect(translateError(undefined, 'db')).toBeUndefined();
    expect(translateError('text', 'db')).toBe('text');
  });
});
