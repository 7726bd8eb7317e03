import Database from 'better-sqlite3';
import { stopwatch } from './support/meters.js';
import { databaseIn, report, told } from './support/program.js';

/** The same rows in pages, not even parsed. */
const db = new Database(databaseIn(told<object>()), { readonly: true });
const page = db.prepare(
  'SELECT seq, type, at, item, body FROM events WHERE job = 1 AND seq > ? ORDER BY seq LIMIT 256',
);
const spent = stopwatch();
let events = 0;
for (let after = 0; ;) {
  const rows = page.all(after) as { readonly seq: number }[];
  const last = rows.at(-1);
  if (last === undefined) break;
  after = last.seq;
  events += rows.length;
}
const { cpuUs, ms } = spent();
report({ cpuUs: cpuUs / events, perSecond: (events * 1000) / ms });
