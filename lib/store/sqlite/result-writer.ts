import type { Result } from '../../core/result.js';
import type { Connection } from './connection.js';
import { itemKey } from './key-space.js';
import { RowInsert } from './row-insert.js';
import { eventTypes } from './rows.js';

/** An item's result, to be written. */
export interface ResultRow {
  readonly ordinal: number;
  readonly result: Result;
}

/** Where results are in the event log. */
export interface SettledRows {
  /** The sequence before that of the first; they have no hole. */
  readonly before: number;
  /** Sequences of results that were not kept, as their items have another already. */
  readonly second: ReadonlySet<number> | undefined;
}

/**
 * `OR FAIL`: SQLite need not be able to take the statement back by itself, and keeps no copies of pages for that; the
 * transaction around it is what is taken back.
 */
const insertEvents = new RowInsert(
  'INSERT OR FAIL INTO events (job, type, at, item, ok, body)',
  `(?, ${String(eventTypes.item)}, ?, ?, ?, ?)`,
);

/** The item's row is the constraint: a second final result changes nothing. */
const settle = `
  INSERT OR FAIL INTO item_states (key, state, starts, failures, seq)
    SELECT item, 2 - ok, 0, 0, seq FROM events WHERE seq > ? AND seq <= ? ORDER BY seq
  ON CONFLICT (key) DO UPDATE SET state = excluded.state, seq = excluded.seq WHERE state = 0`;

/** Events of the range whose item has another one for its result. */
const selectSecond = `
  SELECT e.seq FROM events e JOIN item_states s ON s.key = e.item
  WHERE e.seq > ? AND e.seq <= ? AND s.seq IS NOT e.seq`;

/** Writes results, a few statements for a whole group. */
export class ResultWriter {
  constructor(private readonly connection: Connection) {}

  /** Within a transaction. */
  settle(job: number, results: readonly ResultRow[], at: number): SettledRows {
    const last = insertEvents.run(this.connection, results.length, (values, place) => {
      const { ordinal, result } = results[place] as ResultRow;
      values.push(job, at, itemKey(job, ordinal), result.ok ? 1 : 0, JSON.stringify(result));
    });
    // Nobody else writes within this transaction: the sequences have no hole.
    const before = last - results.length;
    const { changes } = this.connection.sql(settle).run(before, last);
    return { before, second: changes === results.length ? undefined : this.#removeSecond(before, last) };
  }

  #removeSecond(before: number, last: number): ReadonlySet<number> {
    const rows = this.connection.sql(selectSecond).all(before, last) as readonly { readonly seq: number }[];
    for (const { seq } of rows) this.connection.sql('DELETE FROM events WHERE seq = ?').run(seq);
    return new Set(rows.map(({ seq }) => seq));
  }
}
