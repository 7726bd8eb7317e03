import { BatchClient } from 'openapi-batch';
import { instantProvider } from './support/instant-provider.js';
import { makeItems } from './support/items.js';
import { stopwatch } from './support/meters.js';
import { databaseIn, report, told } from './support/program.js';

/** From `map()` to the first request, which is made when the last item is stored. */
const options = told<{ readonly items: number; readonly ids: boolean }>();
const { items, ids } = options;
const provider = instantProvider(() => {
  const { cpuUs, ms } = spent();
  report({ cpuUs: cpuUs / items, perSecond: (items * 1000) / ms });
});
const client = new BatchClient({ provider, db: databaseIn(options) });
const spent = stopwatch();
client.map({ items: makeItems(items, ids), startAfterInput: true });
