import { BatchClient } from 'openapi-batch';
import { makeItems } from './support/items.js';
import { stopwatch } from './support/meters.js';
import { databaseIn, report, told } from './support/program.js';

const options = told<{ readonly items: number }>();
const client = new BatchClient({ db: databaseIn(options) });
const spent = stopwatch();
await client.map({ items: makeItems(options.items) }).wait();
report({ perSecond: (options.items * 1000) / spent().ms });
