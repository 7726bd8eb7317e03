import type { ItemQuery, PageLimit, StoredFailure, StoredItem } from '../store.js';
import type { Connection } from './connection.js';
import { firstKey, itemKey, lastKey } from './key-space.js';
import { toResult } from './rows.js';

interface FoundRow {
  readonly ordinal: number;
  readonly itemId: string;
  readonly request: string;
  readonly body: string | null;
}

const states = { pending: 0, ok: 1, failed: 2 } as const;

/** Looks at items with their answers, by ranges of the primary key: whoever searches asks again for the next range. */
export class ItemSearch {
  constructor(private readonly connection: Connection) {}

  items(job: number, after: number, upTo: number, limit: number | PageLimit, query: ItemQuery): readonly StoredItem[] {
    const { state, itemId, text } = query;
    const conditions: string[] = [];
    const values: (string | number)[] = [];
    const add = (condition: string, ...given: readonly (string | number)[]): void => {
      conditions.push(`AND ${condition}`);
      values.push(...given);
    };
    if (state !== undefined) add('coalesce(s.state, 0) = ?', states[state]);
    if (itemId !== undefined) add('i.item_id = ?', itemId);
    if (text !== undefined) {
      const like = (words: string): string => `%${words.replaceAll(/[\\%_]/g, '\\$&')}%`;
      // Within JSON a quote or a line feed is written with a backslash.
      const written = like(JSON.stringify(text).slice(1, -1));
      add(
        `(i.item_id LIKE ? ESCAPE '\\' OR i.request LIKE ? ESCAPE '\\' OR e.body LIKE ? ESCAPE '\\')`,
        like(text),
        written,
        written,
      );
    }
    const sql = `
      SELECT i.key - ? AS ordinal, i.item_id AS itemId, i.request, e.body FROM items i
        LEFT JOIN item_states s ON s.key = i.key LEFT JOIN events e ON e.seq = s.seq
      WHERE i.key > ? AND i.key <= ? ${conditions.join(' ')} ORDER BY i.key LIMIT ?`;
    const last = Math.min(itemKey(job, upTo), lastKey(job));
    return this.connection.read(() => {
      const rows = this.connection.page<FoundRow>(sql, limit, firstKey(job), itemKey(job, after), last, ...values);
      return rows.map(({ body, ...item }) => ({
        ...item,
        result: body === null ? null : toResult({ body }),
        chars: item.itemId.length + item.request.length + (body?.length ?? 0),
      }));
    });
  }

  failures(job: number, after: number, limit: number): readonly StoredFailure[] {
    // Through the index of failures alone, however few they are among many events.
    const sql = `
      SELECT seq, coalesce(body ->> '$.error.code', '') AS code, coalesce(body ->> '$.error.message', '') AS message
      FROM events INDEXED BY events_failed WHERE job = ? AND ok = 0 AND seq > ? ORDER BY seq LIMIT ?`;
    return this.connection.read(() => this.connection.sql(sql).all(job, after, limit) as StoredFailure[]);
  }
}
