import { randomUUID } from 'node:crypto';
import type {
  FreeItems,
  NoteDraft,
  ShardDraft,
  ShardMember,
  ShardPatch,
  ShardRecord,
  ShardStore,
  UnsettledItem,
} from '../shard-store.js';
import type { ClaimedItem, Lease } from '../store.js';
import type { Connection } from './connection.js';
import { leaseLost } from './job-table.js';
import { firstKey, itemKey, lastKey, ordinalOf } from './key-space.js';
import { checkKeys } from './row-checks.js';
import { toAssignments, toShardRecord, type ShardRow } from './shard-row.js';
import { storedJson, storedText } from './stored-json.js';

const unfinished = '(s.state IS NULL OR s.state = 0)';

/** Rows of `shards` and `shard_items`. */
export class ShardTable implements ShardStore {
  constructor(private readonly connection: Connection) {}

  marker(lease: Lease): string {
    const row = this.#write(lease, () =>
      this.connection
        .sql('UPDATE jobs SET marker = coalesce(marker, ?) WHERE key = ? RETURNING marker')
        .get(randomUUID(), lease.jobKey),
    );
    return (row as { readonly marker: string }).marker;
  }

  list(jobKey: number, done: number): readonly ShardRecord[] {
    const text = `SELECT * FROM shards WHERE key > ? AND key <= ? AND state <> 'done'
      UNION ALL SELECT * FROM (
        SELECT * FROM shards WHERE key > ? AND key <= ? AND state = 'done' ORDER BY key DESC LIMIT ?) ORDER BY key`;
    const range = [firstKey(jobKey), lastKey(jobKey)] as const;
    return this.connection.read(() =>
      (this.connection.sql(text).all(...range, ...range, done) as ShardRow[]).map(toShardRecord),
    );
  }

  open(lease: Lease, model: string): number {
    const { jobKey } = lease;
    const text = `INSERT INTO shards (key, model, state)
      VALUES (coalesce((SELECT max(key) FROM shards WHERE key > ? AND key <= ?), ?) + 1, ?, 'building') RETURNING key`;
    const row = this.#write(lease, () =>
      this.connection.sql(text).get(firstKey(jobKey), lastKey(jobKey), firstKey(jobKey), model),
    );
    return ordinalOf((row as { readonly key: number }).key);
  }

  add(lease: Lease, shard: number, ordinals: readonly number[]): void {
    this.#write(lease, () => {
      const insert = this.connection.sql('INSERT INTO shard_items (key, shard) VALUES (?, ?)');
      for (const ordinal of ordinals) insert.run(itemKey(lease.jobKey, ordinal), shard);
    });
  }

  update(lease: Lease, shard: number, patch: ShardPatch): void {
    this.#write(lease, () => this.#patch(lease.jobKey, shard, patch));
  }

  drop(lease: Lease, shards: readonly number[]): void {
    const { jobKey } = lease;
    this.#write(lease, () => {
      for (const shard of shards) {
        this.connection
          .sql('DELETE FROM shard_items WHERE key > ? AND key <= ? AND shard = ?')
          .run(firstKey(jobKey), lastKey(jobKey), shard);
        // Kept, as a number must not be used again.
        this.#patch(jobKey, shard, { state: 'done' });
      }
    });
  }

  claimFree(lease: Lease, after: number, upTo: number, limit: number): FreeItems {
    const { jobKey } = lease;
    const text = `
      SELECT i.key - ? AS ordinal, i.item_id AS itemId, i.request, coalesce(s.starts, 0) AS starts, coalesce(s.failures, 0) AS failures
      FROM items i LEFT JOIN item_states s ON s.key = i.key LEFT JOIN shard_items m ON m.key = i.key
      WHERE i.key > ? AND i.key <= ? AND ${unfinished} AND m.key IS NULL ORDER BY i.key LIMIT ?`;
    return this.connection.read(() => {
      const { total } = this.connection.sql('SELECT total FROM jobs WHERE key = ?').get(jobKey) as { total: number };
      const last = Math.min(upTo, total);
      const above = itemKey(jobKey, after);
      const rows = this.connection.sql(text).all(firstKey(jobKey), above, itemKey(jobKey, last), limit);
      const items = checkItems(rows as ClaimedItem[], jobKey, above);
      const scannedTo = items.length === limit ? (items.at(-1)?.ordinal ?? after) : Math.max(after, last);
      return { items, scannedTo };
    });
  }

  items(jobKey: number, shard: number, after: number, limit: number): readonly ClaimedItem[] {
    const text = `
      SELECT i.key - ? AS ordinal, i.item_id AS itemId, i.request, 0 AS starts, 0 AS failures
      FROM shard_items m JOIN items i ON i.key = m.key
      WHERE m.key > ? AND m.key <= ? AND m.shard = ? ORDER BY m.key LIMIT ?`;
    const above = itemKey(jobKey, after);
    return this.connection.read(() => {
      const rows = this.connection.sql(text).all(firstKey(jobKey), above, lastKey(jobKey), shard, limit);
      return checkItems(rows as ClaimedItem[], jobKey, above);
    });
  }

  unsettled(jobKey: number, shard: number, after: number, limit: number): readonly UnsettledItem[] {
    const text = `SELECT m.key, m.answered FROM shard_items m LEFT JOIN item_states s ON s.key = m.key
      WHERE m.key > ? AND m.key <= ? AND m.shard = ? AND ${unfinished} ORDER BY m.key LIMIT ?`;
    return this.#rows(text, jobKey, shard, after, limit).map(({ key, answered }) => ({
      ordinal: ordinalOf(key),
      answered: answered === 1,
    }));
  }

  members(jobKey: number, ordinals: readonly number[]): readonly ShardMember[] {
    // A request may be long and its metadata rare: it is only handed over where there is some.
    const text = `
      SELECT i.key, i.item_id, coalesce(s.failures, 0),
        CASE WHEN instr(i.request, '"metadata":') > 0 THEN i.request END
      FROM json_each(?) k CROSS JOIN items i ON i.key = k.value LEFT JOIN item_states s ON s.key = i.key`;
    const keys = `[${ordinals.map((ordinal) => itemKey(jobKey, ordinal)).join()}]`;
    const rows = this.connection.read(() => this.connection.rawSql(text).all(keys));
    return (rows as MemberRow[]).map(toMember);
  }

  ordinals(jobKey: number, shard: number, after: number, limit: number): readonly number[] {
    const text = 'SELECT key, answered FROM shard_items WHERE key > ? AND key <= ? AND shard = ? ORDER BY key LIMIT ?';
    return this.#rows(text, jobKey, shard, after, limit).map(({ key }) => ordinalOf(key));
  }

  isSettled(jobKey: number, ordinal: number): boolean {
    const text = 'SELECT 1 FROM item_states WHERE key = ? AND state > 0';
    return this.connection.read(() => this.connection.sql(text).get(itemKey(jobKey, ordinal))) !== undefined;
  }

  /**
   * Within a transaction, while the failures stand. Their shards have nothing more to say of them, but keep them until they are
   * over: the places of the others in the input count.
   */
  expectNoMore(jobKey: number): void {
    const text = `UPDATE shard_items SET answered = 1 WHERE key > ? AND key <= ?
      AND EXISTS (SELECT 1 FROM item_states s WHERE s.key = shard_items.key AND s.state = 2)`;
    this.connection.sql(text).run(firstKey(jobKey), lastKey(jobKey));
  }

  /** Within a transaction that checks the lease. */
  apply(jobKey: number, { shard, patch = {}, answered = [], release = 0 }: ShardDraft): void {
    const mark = this.connection.sql('UPDATE shard_items SET answered = 1 WHERE key = ? AND shard = ?');
    for (const ordinal of answered) mark.run(itemKey(jobKey, ordinal), shard);
    if (release > 0) {
      const text = `DELETE FROM shard_items WHERE key IN (
        SELECT key FROM shard_items WHERE key > ? AND key <= ? AND shard = ? ORDER BY key LIMIT ?)`;
      this.connection.sql(text).run(firstKey(jobKey), lastKey(jobKey), shard, release);
    }
    this.#patch(jobKey, shard, patch);
  }

  /** Within a transaction. */
  note(jobKey: number, { add }: NoteDraft): void {
    const row = this.connection.sql('SELECT notes FROM jobs WHERE key = ?').get(jobKey) as { readonly notes: string };
    const notes = storedJson<Record<string, number>>(row.notes);
    for (const [name, count] of Object.entries(add)) notes[name] = (notes[name] ?? 0) + count;
    this.connection.sql('UPDATE jobs SET notes = ? WHERE key = ?').run(JSON.stringify(notes), jobKey);
  }

  #rows(text: string, jobKey: number, shard: number, after: number, limit: number): readonly ShardItemRow[] {
    const above = itemKey(jobKey, after);
    return this.connection.read(() => {
      const rows = this.connection.sql(text).all(above, lastKey(jobKey), shard, limit) as ShardItemRow[];
      return checkKeys(rows, jobKey, above, ({ key }) => key);
    });
  }

  #patch(jobKey: number, shard: number, patch: ShardPatch): void {
    const assignments = toAssignments(patch);
    if (assignments === undefined) return;
    const { set, values } = assignments;
    this.connection.sql(`UPDATE shards SET ${set} WHERE key = ?`).run(...values, itemKey(jobKey, shard));
  }

  #write<R>(lease: Lease, work: () => R): R {
    return this.connection.write(() => {
      const held = this.connection.sql('SELECT 1 FROM jobs WHERE key = ? AND epoch = ?').get(lease.jobKey, lease.epoch);
      if (held === undefined) throw leaseLost(lease);
      return work();
    });
  }
}

function checkItems(items: readonly ClaimedItem[], job: number, above: number): readonly ClaimedItem[] {
  for (const { request } of items) storedText(request);
  return checkKeys(items, job, above, ({ ordinal }) => itemKey(job, ordinal));
}

interface ShardItemRow {
  readonly key: number;
  readonly answered: number;
}

type MemberRow = readonly [key: number, itemId: string, failures: number, request: string | null];

function toMember([key, itemId, failures, request]: MemberRow): ShardMember {
  const { metadata }: { readonly metadata?: unknown } = request === null ? {} : storedJson(request);
  return { ordinal: ordinalOf(key), itemId, failures, metadata };
}
