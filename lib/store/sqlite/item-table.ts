import type { ClaimedItem, ItemIdentity, NewItem } from '../store.js';
import type { Connection } from './connection.js';
import { firstKey, itemKey, lastKey, ordinalOf } from './key-space.js';
import { RowInsert } from './row-insert.js';

interface IdentityRow {
  readonly key: number;
  readonly item_id: string;
  readonly hash: Uint8Array;
}

const toIdentity = (row: IdentityRow): ItemIdentity => ({
  ordinal: ordinalOf(row.key),
  itemId: row.item_id,
  hash: row.hash,
});

type ClaimedRow = readonly [key: number, itemId: string, request: string, starts: number, failures: number];

const toClaimed = (row: ClaimedRow): ClaimedItem => ({
  ordinal: ordinalOf(row[0]),
  itemId: row[1],
  request: row[2],
  starts: row[3],
  failures: row[4],
});

const insertItems = new RowInsert('INSERT INTO items (key, item_id, hash, request)', '(?, ?, ?, ?)');

/** Rows of `items`: written once, read by ranges of the primary key. */
export class ItemTable {
  constructor(private readonly connection: Connection) {}

  /** Within a transaction. */
  append(job: number, after: number, items: readonly NewItem[]): void {
    insertItems.run(this.connection, items.length, (values, place) => {
      const { itemId, hash, request } = items[place] as NewItem;
      values.push(itemKey(job, after + 1 + place), itemId, hash, request);
    });
  }

  after(job: number, ordinal: number, limit: number): readonly ItemIdentity[] {
    const text = 'SELECT key, item_id, hash FROM items WHERE key > ? AND key <= ? ORDER BY key LIMIT ?';
    const rows = this.connection.read(() => this.connection.sql(text).all(itemKey(job, ordinal), lastKey(job), limit));
    return (rows as IdentityRow[]).map(toIdentity);
  }

  find(job: number, itemId: string, upTo: number): ItemIdentity | undefined {
    const text = 'SELECT key, item_id, hash FROM items WHERE key > ? AND key <= ? AND item_id = ? LIMIT 1';
    // An `upTo` beyond all items must not reach into the next job's keys.
    const last = Math.min(itemKey(job, upTo), lastKey(job));
    const row = this.connection.read(() => this.connection.sql(text).get(firstKey(job), last, itemId));
    return row === undefined ? undefined : toIdentity(row as IdentityRow);
  }

  /** By place and id; undefined where another item stands there. */
  at(job: number, ordinal: number, itemId: string): ItemIdentity | undefined {
    const row = this.connection.read(() =>
      this.connection
        .sql('SELECT key, item_id, hash FROM items WHERE key = ? AND item_id = ?')
        .get(itemKey(job, ordinal), itemId),
    );
    return row === undefined ? undefined : toIdentity(row as IdentityRow);
  }

  /** Within a transaction. */
  truncate(job: number, ordinal: number): void {
    this.connection.sql('DELETE FROM items WHERE key > ? AND key <= ?').run(itemKey(job, ordinal), lastKey(job));
  }

  claim(job: number, after: number, limit: number): readonly ClaimedItem[] {
    const text = `
      SELECT i.key, i.item_id, i.request, coalesce(s.starts, 0), coalesce(s.failures, 0)
      FROM items i LEFT JOIN item_states s ON s.key = i.key
      WHERE i.key > ? AND i.key <= ? AND (s.state IS NULL OR s.state = 0) ORDER BY i.key LIMIT ?`;
    const rows = this.connection.read(() => this.connection.rawSql(text).all(itemKey(job, after), lastKey(job), limit));
    return (rows as ClaimedRow[]).map(toClaimed);
  }
}
