import { createHash } from 'node:crypto';
import { makeItems } from './support/items.js';
import { stopwatch } from './support/meters.js';
import { plainDatabase } from './support/plain-database.js';
import { databaseIn, report, told } from './support/program.js';

/** A loop of inserts in groups; an item without an id gets the hash of its content. */
const options = told<{ readonly items: number; readonly ids: boolean }>();
const { items, ids } = options;
const db = plainDatabase(databaseIn(options));
const insert = db.prepare('INSERT INTO items (key, item_id, request) VALUES (?, ?, ?)');
const source = makeItems(items, ids);
let key = 0;
const insertGroup = db.transaction(() => {
  for (let n = 0; n < 500; n++) {
    const { value: item } = source.next() as IteratorResult<{ itemId?: string; input: unknown }, undefined>;
    if (item === undefined) return;
    const request = JSON.stringify({ input: item.input });
    insert.run(++key, item.itemId ?? createHash('sha256').update(request).digest('hex'), request);
  }
});
const spent = stopwatch();
while (key < items) insertGroup();
const { cpuUs, ms } = spent();
report({ cpuUs: cpuUs / items, perSecond: (items * 1000) / ms });
