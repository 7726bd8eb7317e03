import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { sqliteStore } from '../../../lib/store/sqlite/sqlite-store.js';
import { tempDatabases } from '../../support/temp-database.js';
import { okDraft, openJob } from '../support/fill.js';

const newPath = tempDatabases();

function copyOf(path: string): string {
  const copy = newPath();
  copyFileSync(path, copy);
  copyFileSync(`${path}-wal`, `${copy}-wal`);
  return copy;
}

/** The log as bytes, after so many results in one more commit; the database it was is left alone. */
function logAfter(path: string, results: number): Buffer {
  const copy = copyOf(path);
  const store = sqliteStore({ path: copy });
  const lease = store.acquire('job');
  const drafts = Array.from({ length: results }, (_, n) => okDraft(n + 1, 'x'.repeat(3_000)));
  if (results > 0) store.commit(lease, { drafts, lowWater: results, claimedTo: results });
  const log = readFileSync(`${copy}-wal`);
  store.close();
  return log;
}

/**
 * A process is killed within a commit, all of it written but not told to a watcher in another process; the next one writes
 * over its beginning, and is killed as well.
 */
it('a commit that did not happen, half overwritten, is no damage: the job goes on', () => {
  const path = newPath();
  const first = sqliteStore({ path });
  const { lease, key } = openJob(first, 60);
  first.release(lease);
  const base = copyOf(path);
  first.close();

  const long = logAfter(base, 50);
  const short = logAfter(base, 0);
  expect(long.length).toBeGreaterThan(short.length + 100_000);
  writeFileSync(`${base}-wal`, Buffer.concat([short, long.subarray(short.length)]));

  const store = sqliteStore({ path: base });
  expect(store.findJob('job')).toMatchObject({ ok: 0, total: 60 });
  expect(store.results(key, 0, 100, 'all')).toEqual([]);
  const mine = store.acquire('job');
  store.commit(mine, { drafts: [okDraft(1)], lowWater: 1, claimedTo: 1 });
  expect(store.findJob('job')).toMatchObject({ ok: 1 });
  store.close();
});
