import Database from 'better-sqlite3';
import type { BatchStore } from '../../../lib/store/store.js';
import { sqliteStore } from '../../../lib/store/sqlite/sqlite-store.js';
import { tempDatabases } from '../../support/temp-database.js';
import { fill, misplace, pagesOf } from '../support/damage.js';
import { okDraft, openJob, thrown } from '../support/fill.js';

const newPath = tempDatabases();
const open = (path: string): BatchStore => sqliteStore({ path, durability: 'normal' });

describe('states of finished items that are lost', () => {
  /** A job of which items far above the low-water mark are finished. */
  function halfDone(): { readonly path: string; readonly leaves: readonly number[] } {
    const path = newPath();
    const store = open(path);
    const { lease } = openJob(store, 3_000);
    const drafts = Array.from({ length: 2_500 }, (_, n) => okDraft(n + 2));
    store.commit(lease, { drafts, lowWater: 0, claimedTo: 2_501 });
    store.release(lease);
    store.close();
    return { path, leaves: pagesOf(path).get('item_states')! };
  }

  it('refuse the job before one of them is sent again', () => {
    for (const how of ['copy', 'swap'] as const) {
      const { path, leaves } = halfDone();
      misplace(path, leaves[0]!, leaves[2]!, how);
      const store = open(path);
      for (let n = 0; n < 2; n++) expect(thrown(() => store.acquire('job')).code).toBe('store_corrupt');
      expect(store.owner('job')).toBeNull();
      store.deleteJob('job');
      store.close();
    }
  });

  it('are counted', () => {
    const { path } = halfDone();
    const db = new Database(path);
    db.exec('DELETE FROM item_states WHERE key % 1000 = 7');
    db.close();
    const store = open(path);
    expect(thrown(() => store.acquire('job')).message).toContain('of 2500 finished items it knows only 249');
    store.close();
  });

  it('refuse a retry of what failed', () => {
    const path = newPath();
    const store = open(path);
    fill(store, 900);
    store.close();
    const db = new Database(path);
    const lost = (condition: string): string => {
      db.exec(`BEGIN; DELETE FROM item_states WHERE ${condition}; COMMIT`);
      const damaged = open(path);
      const lease = damaged.acquire('job');
      const { message } = thrown(() => damaged.reopen(lease, { retryFailed: true }));
      expect(damaged.findJob('job')).toMatchObject({ ok: 772, failed: 128, lowWater: 900 });
      damaged.close();
      return message;
    };
    expect(lost('key % 4294967296 = 1')).toContain('of 772 finished items it knows only 771');
    expect(lost('key % 4294967296 = 7')).toContain('items failed without a result');
    db.close();
  });
});
