import type { Connection } from './connection.js';
import { firstKey, lastKey } from './key-space.js';

/** Rows removed, and pages given back, in one slice: a few milliseconds. */
const rows = 2_000;
const pages = 250;

/** Removes one slice of what deleted jobs left; true when nothing is left. */
export function sweepSlice(connection: Connection): boolean {
  const dead = connection.sql('SELECT key FROM jobs WHERE job_id IS NULL LIMIT 1').get() as
    { readonly key: number } | undefined;
  if (dead === undefined) return !releasePages(connection);
  const range = [firstKey(dead.key), lastKey(dead.key), rows] as const;
  const removed =
    connection.sql('DELETE FROM events WHERE seq IN (SELECT seq FROM events WHERE job = ? LIMIT ?)').run(dead.key, rows)
      .changes +
    connection
      .sql('DELETE FROM items WHERE key IN (SELECT key FROM items WHERE key > ? AND key <= ? LIMIT ?)')
      .run(...range).changes +
    connection
      .sql('DELETE FROM item_states WHERE key IN (SELECT key FROM item_states WHERE key > ? AND key <= ? LIMIT ?)')
      .run(...range).changes +
    connection
      .sql('DELETE FROM shard_items WHERE key IN (SELECT key FROM shard_items WHERE key > ? AND key <= ? LIMIT ?)')
      .run(...range).changes +
    connection
      .sql('DELETE FROM shards WHERE key IN (SELECT key FROM shards WHERE key > ? AND key <= ? LIMIT ?)')
      .run(...range).changes;
  if (removed === 0) {
    connection.sql('DELETE FROM cursors WHERE job = ?').run(dead.key);
    connection.sql('DELETE FROM jobs WHERE key = ?').run(dead.key);
  }
  return false;
}

/** True if pages were released, so that more may be. */
function releasePages(connection: Connection): boolean {
  const free = (): number => connection.db.pragma('freelist_count', { simple: true }) as number;
  const before = free();
  if (before === 0) return false;
  connection.db.pragma(`incremental_vacuum(${String(pages)})`);
  // A file that came to be without incremental vacuum keeps its pages, and uses them again.
  return free() < before;
}
