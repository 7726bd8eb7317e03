import { makeItems } from './support/items.js';
import { instantAnswer } from './support/instant-provider.js';
import { stopwatch } from './support/meters.js';
import { databaseIn, report, told } from './support/program.js';
import { ResultTable } from './support/result-table.js';

/** What is written by hand where results must last: a transaction each, as it is answered. */
const options = told<{ readonly items: number; readonly concurrency: number }>();
const { items, concurrency } = options;
const table = new ResultTable(databaseIn(options), 'never');
const source = makeItems(items);
let ordinal = 0;
const spent = stopwatch();
const lane = async (): Promise<void> => {
  for (const { itemId } of source) {
    const answer = await instantAnswer();
    table.write([{ ordinal: ++ordinal, body: JSON.stringify({ itemId, ok: true, ...answer, attempts: 1 }) }]);
  }
};
await Promise.all(Array.from({ length: concurrency }, lane));
const { cpuUs, ms } = spent();
report({ cpuUs: cpuUs / items, perSecond: (items * 1000) / ms });
