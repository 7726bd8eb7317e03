import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { errorCode } from '../../core/error-code.js';
import { BatchError, messageOf } from '../../core/errors.js';
import { isNoSpace } from './full-disk.js';
import type { SqliteConstructor, SqliteDatabase } from './sqlite-driver.js';

/** Another host's owner counts as dead after this long without a heartbeat. */
export const staleAfterMs = 60_000;

export interface OwnerRow {
  readonly owner: string;
  readonly pid: number;
  readonly host: string;
  readonly machine: string;
  readonly heartbeat: number;
}

/**
 * Proof of life of one store object: an exclusive SQLite lock on a small file beside the database. The kernel drops it
 * when the process dies, however it dies, so a killed owner's job can be taken over at once.
 */
export class OwnerLock {
  readonly owner = randomUUID();
  readonly host = hostname();
  readonly machine = machineId();
  #held: SqliteDatabase | undefined;

  private readonly path: string;

  constructor(
    path: string,
    private readonly Database: SqliteConstructor,
  ) {
    // Whoever reaches the database by another name (a link, another folder) must look for the same file.
    this.path = path === ':memory:' ? path : realpathSync(path);
  }

  /** Takes the lock; called before the first lease. */
  hold(): void {
    if (this.#held !== undefined || this.path === ':memory:') return;
    const file = this.#file(this.owner);
    createFile(file);
    const db = new this.Database(file, { timeout: 0 });
    // A journal file of its own would be left behind by a kill.
    db.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    this.#held = db;
  }

  drop(): void {
    this.#held?.close();
    this.#held = undefined;
    if (this.path !== ':memory:') rmSync(this.#file(this.owner), { force: true });
  }

  isAlive(row: OwnerRow, now: number): boolean {
    if (row.owner === this.owner) return true;
    return this.isElsewhere(row) ? now - row.heartbeat < staleAfterMs : this.#isLocked(row.owner);
  }

  /** Its lock cannot be seen from here. After a reboot the machine has another id, and its old name: nothing is locked then. */
  isElsewhere({ machine, host }: OwnerRow): boolean {
    return machine !== this.machine && host !== this.host;
  }

  /** Removes what a dead owner left behind. */
  forget(owner: string): void {
    if (this.path !== ':memory:') rmSync(this.#file(owner), { force: true });
  }

  #isLocked(owner: string): boolean {
    const file = this.#file(owner);
    if (!existsSync(file)) return false;
    let probe: SqliteDatabase | undefined;
    try {
      probe = new this.Database(file, { fileMustExist: true, timeout: 0 });
      // A look, not a lock: two who ask at the same moment must not take each other for the owner.
      probe.prepare('SELECT count(*) FROM sqlite_master').get();
      return false;
    } catch (error) {
      return errorCode(error).startsWith('SQLITE_BUSY');
    } finally {
      probe?.close();
    }
  }

  #file(owner: string): string {
    return `${this.path}-owner-${owner}`;
  }
}

function createFile(file: string): void {
  try {
    closeSync(openSync(file, 'a', 0o600));
  } catch (error) {
    throw new BatchError(
      isNoSpace(error) ? 'disk_full' : 'store_readonly',
      `The file ${file}, which shows that this process is at work, cannot be created: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/** Processes with the same id share a kernel, so its locks tell the truth between them, containers included. */
function machineId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return hostname();
  }
}
