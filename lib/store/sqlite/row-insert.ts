import type { Connection } from './connection.js';

/** Rows of one statement, the most first: each execution of a statement costs as much as several rows. */
const sizes = [16, 4, 1];

/** Inserts rows of one shape, several a statement. */
export class RowInsert {
  readonly #statements: readonly { readonly rows: number; readonly text: string }[];

  /** `into`: the statement up to its values; `row`: the placeholders of one row. */
  constructor(into: string, row: string) {
    const text = (rows: number): string => `${into} VALUES ${Array<string>(rows).fill(row).join(', ')}`;
    this.#statements = sizes.map((rows) => ({ rows, text: text(rows) }));
  }

  /** Within a transaction. `push` adds the values of the row at a place; returns the last row's id, 0 of none. */
  run(connection: Connection, count: number, push: (values: unknown[], place: number) => void): number {
    let done = 0;
    let last = 0;
    for (const { rows, text } of this.#statements) {
      for (; count - done >= rows; done += rows) {
        const values: unknown[] = [];
        for (let place = done; place < done + rows; place++) push(values, place);
        last = Number(connection.sql(text).run(values).lastInsertRowid);
      }
    }
    return last;
  }
}
