import { statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { sqliteStore } from '../../../lib/store/sqlite/sqlite-store.js';
import type { BatchStore } from '../../../lib/store/store.js';
import { tempDatabases } from '../../support/temp-database.js';
import { okDraft, openJob } from '../support/fill.js';

const newPath = tempDatabases();

function fillAndDelete(store: BatchStore, count: number): void {
  const { lease } = openJob(store, count);
  const drafts = Array.from({ length: count }, (_, n) => okDraft(n + 1, 'x'.repeat(500)));
  store.commit(lease, { drafts, lowWater: count, claimedTo: count });
  store.saveCursor(lease.jobKey, 'mine', 1);
  store.release(lease);
  store.deleteJob('job');
}

function sweepAll(store: BatchStore): number {
  for (let slices = 1; slices < 1_000; slices++) if (store.sweep().done) return slices;
  throw new Error('it was never done');
}

describe('sweep', () => {
  it('gives the space of deleted jobs back to the file system, a slice at a time', () => {
    const path = newPath();
    const store = sqliteStore({ path, durability: 'normal' });
    store.checkpoint();
    const empty = statSync(path).size;
    fillAndDelete(store, 5_000);
    store.checkpoint();
    const full = statSync(path).size;
    expect(full).toBeGreaterThan(empty + 2_500_000);
    expect(sweepAll(store)).toBeGreaterThan(5);
    store.checkpoint();
    expect(statSync(path).size).toBeLessThan(empty + 100_000);
    store.close();
    const db = new Database(path, { readonly: true });
    const tables = ['jobs', 'items', 'item_states', 'events', 'cursors'];
    expect(tables.map((table) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get())).toEqual([0, 0, 0, 0, 0]);
    db.close();
  });

  it('has an end in memory too', () => {
    const store = sqliteStore({ path: ':memory:' });
    fillAndDelete(store, 3_000);
    sweepAll(store);
    expect(store.sweep()).toEqual({ done: true });
    store.close();
  });

  it('has an end for a file that cannot give pages back', () => {
    const path = newPath();
    sqliteStore({ path }).close();
    const db = new Database(path);
    db.exec('PRAGMA journal_mode = DELETE; PRAGMA auto_vacuum = NONE; VACUUM');
    expect(db.pragma('auto_vacuum', { simple: true })).toBe(0);
    db.close();
    const store = sqliteStore({ path, durability: 'normal' });
    fillAndDelete(store, 1_000);
    sweepAll(store);
    store.close();
  });
});
