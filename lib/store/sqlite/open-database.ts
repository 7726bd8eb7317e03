import { closeSync, existsSync, openSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { BatchError } from '../../core/errors.js';
import { findLogFault } from '../salvage/damaged-log.js';
import { applicationId } from '../salvage/foreign-log.js';
import { fullDisk, isNoSpace } from './full-disk.js';
import { migrate } from './migrations.js';
import { loadSqlite, type SqliteDatabase } from './sqlite-driver.js';
import { damagedFile, translateError } from './translate-error.js';

export interface OpenDatabaseOptions {
  readonly path: string;
  readonly durability: 'full' | 'normal';
  /** Milliseconds to wait for another process's lock. */
  readonly lockTimeoutMs: number;
}

/** Of a database that is made; one that is there keeps its own. */
const newPageBytes = 8_192;
/** Of the log that are written into the file at once: a commit waits for it. */
const logBytes = 4_096_000;

/** Opens or creates the file, readable by its owner only, in WAL mode, at this version's schema. */
export function openDatabase({ path, durability, lockTimeoutMs }: OpenDatabaseOptions): SqliteDatabase {
  const Database = loadSqlite();
  if (path !== ':memory:') {
    prepareFile(path);
    refuseDamagedLog(path, durability);
  }
  let db: SqliteDatabase | undefined;
  try {
    db = new Database(path, { timeout: lockTimeoutMs });
    refuseForeign(db, path);
    // Both must come before the first table. Rows are of a kilobyte: pages of 4 KiB are twice as many calls for them.
    db.pragma(`page_size = ${String(newPageBytes)}`);
    // Lets prune() hand pages back in slices.
    db.pragma('auto_vacuum = INCREMENTAL');
    db.pragma('journal_mode = WAL');
    db.pragma(`synchronous = ${durability}`);
    db.pragma(
      `wal_autocheckpoint = ${String(Math.round(logBytes / Number(db.pragma('page_size', { simple: true }))))}`,
    );
    migrate(db, path);
    refuseLostJobs(db, path);
    return db;
  } catch (error) {
    db?.close();
    throw translateError(error, path);
  }
}

function prepareFile(path: string): void {
  const folder = dirname(resolve(path));
  if (!existsSync(folder))
    throw new BatchError('store_unopenable', `The folder ${folder} of the database ${path} does not exist`);
  if (existsSync(path) && statSync(path).isDirectory()) {
    throw new BatchError(
      'store_unopenable',
      `The database ${path} is a folder; name a file, such as ${path}/batches.sqlite`,
    );
  }
  if (existsSync(path)) {
    // A pipe would be waited for; SQLite says "disk I/O error" of a device.
    if (!statSync(path).isFile())
      throw new BatchError('store_unopenable', `The database ${path} is no regular file; choose another file`);
    return;
  }
  try {
    // Prompts and answers are clear text in it; SQLite gives the same mode to the files it puts beside it.
    closeSync(openSync(path, 'a', 0o600));
  } catch (error) {
    if (isNoSpace(error)) throw fullDisk(path, error);
    throw new BatchError(
      'store_readonly',
      `The database ${path} cannot be created: the folder ${folder} is not writable for this user`,
      { cause: error },
    );
  }
}

/**
 * SQLite would take each for another state of things, and results that were paid for would be asked for again. A log that
 * is not synced may have holes after a power cut, which `normal` durability allows for.
 */
function refuseDamagedLog(path: string, durability: 'full' | 'normal'): void {
  const wal = statSync(`${path}-wal`, { throwIfNoEntry: false });
  if (wal === undefined || wal.size === 0) return;
  if (statSync(path).size === 0) throw damagedFile(path, 'it is empty, but its write-ahead log is not');
  const fault = findLogFault(path);
  if (fault === 'foreign') throw foreignLog(path);
  if (fault === 'loss' && durability === 'full') throw damagedFile(path, 'its write-ahead log has lost a part');
}

function foreignLog(path: string): BatchError {
  return new BatchError(
    'store_corrupt',
    `The log ${path}-wal is of another program's database; if ${path} is one of openapi-batch, move the log away, and nothing is lost; else choose another file`,
  );
}

const ownTables = ['jobs', 'items', 'item_states', 'events'];

function refuseForeign(db: SqliteDatabase, path: string): void {
  const id = db.pragma('application_id', { simple: true }) as number;
  const parts = db.prepare('SELECT name FROM sqlite_master').all() as readonly { readonly name: string }[];
  if (id === applicationId || parts.length === 0) return;
  if (ownTables.every((table) => parts.some(({ name }) => name === table)))
    throw damagedFile(path, 'its header is not what was written');
  throw new BatchError(
    'store_corrupt',
    `${path} is an SQLite database of another program; choose another file for openapi-batch`,
  );
}

/** A job that its own index no longer finds would be made a second time, and paid for again. Half a millisecond a thousand jobs. */
function refuseLostJobs(db: SqliteDatabase, path: string): void {
  if (db.pragma(`integrity_check('jobs')`, { simple: true }) !== 'ok')
    throw damagedFile(path, 'the list of its jobs and the index of that differ');
}
