import { BatchError } from '../../core/errors.js';
import { applicationId } from '../salvage/foreign-log.js';
import type { SqliteDatabase } from './sqlite-driver.js';

/** Append only: entry n takes a database from version n to n + 1. Never edit or reorder one that was released. */
const migrations: readonly string[] = [
  `
  CREATE TABLE jobs (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id TEXT UNIQUE,                 -- null once deleted, until its rows are swept
    provider TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    model TEXT,
    params TEXT NOT NULL,
    mode TEXT NOT NULL,
    run_mode TEXT NOT NULL,
    mode_reason TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    total INTEGER NOT NULL DEFAULT 0,
    input_complete INTEGER NOT NULL DEFAULT 0,
    ok INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    input_tokens INTEGER NOT NULL DEFAULT 0,
    output_tokens INTEGER NOT NULL DEFAULT 0,
    low_water INTEGER NOT NULL DEFAULT 0,
    claimed_to INTEGER NOT NULL DEFAULT 0,
    progress_seq INTEGER,
    complete_seq INTEGER,
    tags TEXT NOT NULL,
    metadata TEXT,
    settings TEXT NOT NULL,
    notes TEXT NOT NULL DEFAULT '{}',
    owner TEXT,
    epoch INTEGER NOT NULL DEFAULT 0,
    control TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  );
  CREATE TABLE owners (
    owner TEXT PRIMARY KEY,
    pid INTEGER NOT NULL,
    host TEXT NOT NULL,
    machine TEXT NOT NULL,
    heartbeat INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE items (
    key INTEGER PRIMARY KEY,            -- job * 2^32 + ordinal
    item_id TEXT NOT NULL,
    hash BLOB NOT NULL,
    request TEXT NOT NULL
  );
  -- Narrow on purpose: finding what is unfinished must not read prompts or answers. No row: pending, never failed.
  CREATE TABLE item_states (
    key INTEGER PRIMARY KEY,            -- one row, so one final result per item
    state INTEGER NOT NULL,             -- 0 pending, 1 ok, 2 failed
    starts INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    seq INTEGER                         -- the event that holds the result
  );
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    job INTEGER NOT NULL,
    type INTEGER NOT NULL,              -- 1 progress, 2 item, 3 complete
    at INTEGER NOT NULL,
    item INTEGER,
    ok INTEGER,
    body TEXT NOT NULL
  );
  CREATE INDEX events_by_job ON events (job);
  CREATE INDEX events_failed ON events (job) WHERE ok = 0;
  CREATE TABLE cursors (
    job INTEGER NOT NULL,
    name TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (job, name)
  ) WITHOUT ROWID;
  `,
  `
  ALTER TABLE jobs ADD COLUMN marker TEXT; -- random, on every native batch of the job
  CREATE TABLE shards (
    key INTEGER PRIMARY KEY,            -- job * 2^32 + shard
    model TEXT NOT NULL,
    state TEXT NOT NULL,
    attempt INTEGER NOT NULL DEFAULT 1,
    content TEXT NOT NULL DEFAULT '',
    requests INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    tokens INTEGER NOT NULL DEFAULT 0,
    first_ordinal INTEGER NOT NULL DEFAULT 0,
    last_ordinal INTEGER NOT NULL DEFAULT 0,
    intent_at INTEGER,
    searches INTEGER NOT NULL DEFAULT 0,
    file_id TEXT,
    batch_id TEXT,
    said TEXT NOT NULL DEFAULT '',
    completed INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    outputs TEXT NOT NULL DEFAULT '[]',
    cause TEXT
  );
  CREATE TABLE shard_items (
    key INTEGER PRIMARY KEY,            -- job * 2^32 + ordinal: an item is in one shard at most
    shard INTEGER NOT NULL,
    answered INTEGER NOT NULL DEFAULT 0 -- 1: answered, but not for good
  );
  `,
];

export const schemaVersion = migrations.length;

/** Brings an open database to this version, each step in a transaction of its own. Throws `store_newer`. */
export function migrate(db: SqliteDatabase, path: string): void {
  const found = db.pragma('user_version', { simple: true }) as number;
  if (found > schemaVersion) {
    throw new BatchError(
      'store_newer',
      `${path} was written by a newer openapi-batch (schema ${String(found)}, this version knows ${String(schemaVersion)}); update the package, or choose another file`,
    );
  }
  for (let version = found; version < schemaVersion; version++) {
    const apply = db.transaction(() => {
      // Another process may have done it between the look and the lock.
      if ((db.pragma('user_version', { simple: true }) as number) !== version) return;
      db.exec(migrations[version] ?? '');
      db.pragma(`user_version = ${String(version + 1)}`);
      db.pragma(`application_id = ${String(applicationId)}`);
    });
    apply.immediate();
  }
}
