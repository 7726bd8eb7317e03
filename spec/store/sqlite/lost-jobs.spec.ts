import { copyFileSync } from 'node:fs';
import { sqliteStore } from '../../../lib/store/sqlite/sqlite-store.js';
import type { BatchStore } from '../../../lib/store/store.js';
import { tempDatabases } from '../../support/temp-database.js';
import { misplace, pagesOf } from '../support/damage.js';
import { openJob, thrown } from '../support/fill.js';

const newPath = tempDatabases();
const open = (path: string): BatchStore => sqliteStore({ path, durability: 'normal' });

it('a job that its index no longer finds is damage from the start: it would be made, and sent, a second time', () => {
  const path = newPath();
  const store = open(path);
  for (let n = 0; n < 400; n++) store.release(openJob(store, 1, `job ${n} ${'x'.repeat(40)}`).lease);
  store.close();
  const leaves = pagesOf(path).get('sqlite_autoindex_jobs_1')!;
  const places = leaves.flatMap((from) => leaves.filter((to) => to !== from).map((to) => [from, to] as const));
  expect(places.length).toBeGreaterThan(2);
  const copy = newPath();
  for (const [from, to] of places) {
    for (const how of ['copy', 'swap'] as const) {
      copyFileSync(path, copy);
      misplace(copy, from, to, how);
      const error = thrown(() => open(copy));
      expect([error.code, error.message]).toEqual([
        'store_corrupt',
        expect.stringMatching(/the list of its jobs.*--salvage/),
      ]);
    }
  }
  open(path).close();
});
