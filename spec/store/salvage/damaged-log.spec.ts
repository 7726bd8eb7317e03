import fs from 'node:fs';
import { findLogFault } from '../../../lib/store/salvage/damaged-log.js';
import { sqliteStore } from '../../../lib/store/sqlite/sqlite-store.js';
import { tempDatabases } from '../../support/temp-database.js';
import { fill } from '../support/damage.js';

const newPath = tempDatabases();

// https://sqlite.org/howtocorrupt.html, 2.2: whoever closes a file loses every lock the process has on it.
it('a look at the log opens nothing that has locks: neither the database nor its index', () => {
  const path = newPath();
  const store = sqliteStore({ path });
  fill(store, 20);
  const open = jest.spyOn(fs, 'openSync');
  expect(findLogFault(path)).toBeUndefined();
  expect(new Set(open.mock.calls.map(([file]) => file))).toEqual(new Set([`${path}-wal`]));
  open.mockRestore();
  store.close();
});
