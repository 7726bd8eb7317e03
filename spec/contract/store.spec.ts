import { sqliteStore } from '../../lib/store/sqlite/sqlite-store.js';
import { describeStore } from '../../lib/testing/store-contract/describe-store.js';
import { tempDatabases } from '../support/temp-database.js';

const newPath = tempDatabases();
const kit = { describe, it, expect };

describeStore('sqlite, a file, full durability', (path = newPath()) => sqliteStore({ path }), kit);
describeStore(
  'sqlite, a file, normal durability',
  (path = newPath()) => sqliteStore({ path, durability: 'normal' }),
  kit,
);
describeStore('sqlite, in memory', () => sqliteStore({ path: ':memory:' }), kit);
