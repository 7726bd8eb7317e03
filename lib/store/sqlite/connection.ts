import { BatchError } from '../../core/errors.js';
import type { PageLimit } from '../store.js';
import type { SqliteDatabase, SqliteStatement } from './sqlite-driver.js';
import { translateError } from './translate-error.js';

/** An open database with prepared statements kept, and errors in this library's words. */
export class Connection {
  readonly #statements = new Map<string, SqliteStatement>();
  /** Made once: the driver builds four functions for each. */
  readonly #transaction: { immediate(work: () => unknown): unknown };

  constructor(
    readonly db: SqliteDatabase,
    readonly path: string,
  ) {
    this.#transaction = db.transaction((work: () => unknown) => work());
  }

  sql(text: string): SqliteStatement {
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      statement = this.db.prepare(text);
      this.#statements.set(text, statement);
    }
    return statement;
  }

  /** The same, for rows that are arrays of their columns: a text is to be asked for in one of the two ways only. */
  rawSql(text: string): SqliteStatement {
    return this.#statements.get(text) ?? this.sql(text).raw();
  }

  /** The rows of one page, of a statement whose last parameter is their number. Within a read. */
  page<R extends object>(text: string, limit: number | PageLimit, ...values: readonly unknown[]): readonly R[] {
    if (typeof limit === 'number') return this.sql(text).all(...values, limit) as R[];
    const rows: R[] = [];
    let chars = 0;
    // Row by row: what is beyond the page may be larger than memory.
    for (const row of this.sql(text).iterate(...values, limit.rows) as Iterable<R>) {
      rows.push(row);
      chars += charsOf(row);
      if (chars >= limit.chars) break;
    }
    return rows;
  }

  /** Runs one read. */
  read<R>(work: () => R): R {
    this.#refuseClosed();
    try {
      return work();
    } catch (error) {
      throw translateError(error, this.path);
    }
  }

  /** Runs a write transaction; takes the lock first, so that it cannot fail half-way for want of it. */
  write<R>(work: () => R): R {
    this.#refuseClosed();
    try {
      return this.#transaction.immediate(work) as R;
    } catch (error) {
      throw translateError(error, this.path);
    }
  }

  #refuseClosed(): void {
    if (!this.db.open) throw new BatchError('client_closed', `${this.path} was closed with its client`);
  }
}

const charsOf = (row: object): number =>
  Object.values(row).reduce((sum: number, value) => sum + (typeof value === 'string' ? value.length : 0), 0);
