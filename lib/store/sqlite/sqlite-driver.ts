import { BatchError } from '../../core/errors.js';
import { isMissing, requireModule } from '../../platform/require-module.js';

/** The part of better-sqlite3 in use, described here so that its types are not needed to compile against this package. */
export interface SqliteStatement {
  run(...values: readonly unknown[]): { readonly changes: number; readonly lastInsertRowid: number | bigint };
  get(...values: readonly unknown[]): unknown;
  all(...values: readonly unknown[]): unknown[];
  iterate(...values: readonly unknown[]): IterableIterator<unknown>;
  /** From now on rows are arrays of their columns, which cost half as much as objects. */
  raw(): SqliteStatement;
}

export interface SqliteDatabase {
  prepare(sql: string): SqliteStatement;
  exec(sql: string): unknown;
  pragma(text: string, options?: { readonly simple?: boolean }): unknown;
  transaction<A extends readonly unknown[], R>(fn: (...args: A) => R): { immediate(...args: A): R };
  close(): unknown;
  readonly open: boolean;
}

export interface SqliteOpenOptions {
  readonly fileMustExist?: boolean;
  /** Milliseconds to wait for a lock. */
  readonly timeout?: number;
}

export type SqliteConstructor = new (path: string, options?: SqliteOpenOptions) => SqliteDatabase;

/** Loads better-sqlite3 at first use: it is an optional dependency, so that a browser-only user needs no compiler. */
export function loadSqlite(): SqliteConstructor {
  try {
    return requireModule<SqliteConstructor>('better-sqlite3');
  } catch (error) {
    const why = isMissing(error, 'better-sqlite3') ? 'is not installed' : `could not be loaded (${firstLine(error)})`;
    throw new BatchError(
      'store_missing_module',
      `The SQLite driver better-sqlite3 ${why}; run: npm install better-sqlite3@12`,
      { cause: error },
    );
  }
}

function firstLine(error: unknown): string {
  return String(error).split('\n')[0] ?? '';
}
