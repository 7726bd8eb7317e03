import type { ClaimedItem, ItemIdentity, NewItem } from '../store.js';
import type { Connection } from './connection.js';
import { firstKey, itemKey, lastKey, ordinalOf } from './key-space.js';
import { checkKeys } from './row-checks.js';
import { RowInsert } from './row-insert.js';
import { storedText } from './stored-json.js';

interface IdentityRow {
  readonly key: number;
  readonly item_id: string;
  readonly hash: Uint8Array;
}

const toIdentity = (row: IdentityRow): ItemIdentity => ({
  ordinal: ordinalOf(row.key),
  itemId: storedText(row.item_id),
  hash: row.hash,
});

type ClaimedRow = readonly [key: number, itemId: string, request: string, starts: number, failures: number];

const toClaimed = (row: ClaimedRow): ClaimedItem => ({
  ordinal: ordinalOf(row[0]),
  itemId: storedText(row[1]),
  request: storedText(row[2]),
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
    const above = itemKey(job, ordinal);
    return this.connection.read(() => {
      const rows = this.connection.sql(text).all(above, lastKey(job), limit) as IdentityRow[];
      return checkKeys(rows, job, above, ({ key }) => key).map(toIdentity);
    });
  }

  find(job: number, itemId: string, upTo: number): ItemIdentity | undefined {
    const text = 'SELECT key, item_id, hash FROM items WHERE key > ? AND key <= ? AND item_id = ? LIMIT 1';
    // An `upTo` beyond all items must not reach into the next job's keys.
    const last = Math.min(itemKey(job, upTo), lastKey(job));
    const [found] = this.connection.read(() => {
      const rows = this.connection.sql(text).all(firstKey(job), last, itemId) as IdentityRow[];
      return checkKeys(rows, job, firstKey(job), ({ key }) => key).map(toIdentity);
    });
    return found;
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
    const above = itemKey(job, after);
    return this.connection.read(() => {
      const rows = this.connection.rawSql(text).all(above, lastKey(job), limit) as ClaimedRow[];
      return checkKeys(rows, job, above, ([key]) => key).map(toClaimed);
    });
  }
}
