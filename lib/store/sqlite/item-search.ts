import type { ItemQuery, PageLimit, StoredFailure, StoredItem } from '../store.js';
import type { Connection } from './connection.js';
import { itemKey, lastKey, ordinalOf } from './key-space.js';
import { checkEvents, checkKeys, refuseMissing } from './row-checks.js';
import { toResult } from './rows.js';
import { DamagedRow, storedText } from './stored-json.js';

interface FoundRow {
  readonly key: number;
  readonly itemId: string;
  readonly request: string;
  readonly state: number | null;
  /** Of the event with its result. */
  readonly item: number | null;
  readonly body: string | null;
}

interface FailureRow extends StoredFailure {
  readonly job: number;
  readonly item: number | null;
  readonly ok: number | null;
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
      SELECT i.key, i.item_id AS itemId, i.request, s.state, e.item, e.body FROM items i
        LEFT JOIN item_states s ON s.key = i.key LEFT JOIN events e ON e.seq = s.seq
      WHERE i.key > ? AND i.key <= ? ${conditions.join(' ')} ORDER BY i.key LIMIT ?`;
    const last = Math.min(itemKey(job, upTo), lastKey(job));
    const above = itemKey(job, after);
    return this.connection.read(() => {
      const rows = this.connection.page<FoundRow>(sql, limit, above, last, ...values);
      if (rows.some(({ state, item: settled, key }) => (state ?? 0) > 0 && settled !== key))
        refuseMissing(this.connection, job);
      return checkKeys(rows, job, above, ({ key }) => key).map(toStoredItem);
    });
  }

  failures(job: number, after: number, limit: number): readonly StoredFailure[] {
    // Through the index of failures alone, however few they are among many events.
    const sql = `
      SELECT seq, job, item, body ->> '$.ok' AS ok, coalesce(body ->> '$.error.code', '') AS code, coalesce(body ->> '$.error.message', '') AS message
      FROM events INDEXED BY events_failed WHERE job = ? AND ok = 0 AND seq > ? ORDER BY seq LIMIT ?`;
    return this.connection.read(() => {
      const rows = this.connection.sql(sql).all(job, after, limit) as FailureRow[];
      return checkEvents(rows, job, after).map(toFailure);
    });
  }
}

function toStoredItem({ key, itemId, request, body }: FoundRow): StoredItem {
  return {
    ordinal: ordinalOf(key),
    itemId: storedText(itemId),
    request: storedText(request),
    result: body === null ? null : toResult({ body }),
    chars: itemId.length + request.length + (body?.length ?? 0),
  };
}

function toFailure({ seq, item, ok, code, message }: FailureRow): StoredFailure {
  if (item === null || ok !== 0) throw new DamagedRow('a result is not what was asked for');
  return { seq, code, message };
}
