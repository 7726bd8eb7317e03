import { answer, itemIdOf, promptOf, usage } from './support/items.js';
import { stopwatch } from './support/meters.js';
import { plainDatabase } from './support/plain-database.js';
import { databaseIn, report, told } from './support/program.js';

interface Claimed {
  readonly key: number;
  readonly item_id: string;
  readonly request: string;
}

const options = told<{ readonly items: number }>();
const db = plainDatabase(databaseIn(options));
const insertItem = db.prepare('INSERT INTO items (key, item_id, request) VALUES (?, ?, ?)');
const submit = db.transaction((first: number, last: number) => {
  for (let n = first; n <= last; n++)
    insertItem.run(n, itemIdOf(n), JSON.stringify({ input: { prompt: promptOf(n) } }));
});
for (let first = 1; first <= options.items; first += 500) submit(first, Math.min(options.items, first + 499));

const claim = db.prepare(`SELECT i.key, i.item_id, i.request FROM items i LEFT JOIN item_states s ON s.key = i.key
  WHERE i.key > ? AND (s.state IS NULL OR s.state = 0) ORDER BY i.key LIMIT 256`);
const insertEvent = db.prepare('INSERT INTO events (job, type, at, item, ok, body) VALUES (1, 2, ?, ?, 1, ?)');
const settle = db.prepare(`INSERT INTO item_states (key, state, seq) VALUES (?, 1, ?)
  ON CONFLICT (key) DO UPDATE SET state = excluded.state, seq = excluded.seq WHERE state = 0`);
const touch = db.prepare('UPDATE jobs SET ok = ok + ?, low_water = ? WHERE key = 1');

/** No requests, no event loop, nobody told: a page is claimed, answered and written, a transaction a page. */
const spent = stopwatch();
let results = 0;
const write = db.transaction((page: readonly Claimed[]) => {
  for (const { key, item_id, request } of page) {
    const { input } = JSON.parse(request) as { readonly input: object };
    const result = { itemId: item_id, ok: 'prompt' in input, output: answer, usage, attempts: 1 };
    const { lastInsertRowid } = insertEvent.run(Date.now(), key, JSON.stringify(result));
    settle.run(key, lastInsertRowid);
  }
  touch.run(page.length, page.at(-1)?.key);
});
for (let after = 0; ;) {
  const page = claim.all(after) as Claimed[];
  const last = page.at(-1);
  if (last === undefined) break;
  write(page);
  after = last.key;
  results += page.length;
}
const { cpuUs, ms } = spent();
report({ cpuUs: cpuUs / results, perSecond: (results * 1000) / ms });
