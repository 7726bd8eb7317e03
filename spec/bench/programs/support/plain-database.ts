import Database from 'better-sqlite3';

/** The library's rows and settings, without what is there for look-ups, retries and other processes. */
export function plainDatabase(path: string): Database.Database {
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec(`
    CREATE TABLE jobs (key INTEGER PRIMARY KEY, ok INTEGER NOT NULL DEFAULT 0, low_water INTEGER NOT NULL DEFAULT 0);
    CREATE TABLE items (key INTEGER PRIMARY KEY, item_id TEXT NOT NULL, request TEXT NOT NULL);
    CREATE TABLE item_states (key INTEGER PRIMARY KEY, state INTEGER NOT NULL, seq INTEGER);
    CREATE TABLE events (
      seq INTEGER PRIMARY KEY AUTOINCREMENT, job INTEGER NOT NULL, type INTEGER NOT NULL, at INTEGER NOT NULL,
      item INTEGER, ok INTEGER, body TEXT NOT NULL
    );
    CREATE INDEX events_by_job ON events (job);
    INSERT INTO jobs (key) VALUES (1);
  `);
  return db;
}
