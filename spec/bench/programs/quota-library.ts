import { BatchClient } from 'openapi-batch';
import { stopwatch } from './support/meters.js';
import { databaseIn, report, told } from './support/program.js';
import { quotaItems, toBatchItem, type ItemsOptions } from './support/quota/quota-items.js';

interface Options extends ItemsOptions {
  readonly port: number;
  readonly concurrency: number;
}

/** The library as it comes: no limit is told. */
const options = told<Options>();
const client = new BatchClient({
  provider: 'openai',
  apiKey: 'none',
  baseURL: `http://127.0.0.1:${options.port}/v1`,
  defaultModel: 'bench',
  db: databaseIn(options),
  concurrency: options.concurrency,
});

const items = quotaItems(options).map(toBatchItem);
const spent = stopwatch();
const { ok } = await client.map({ items, mode: 'emulated' }).wait();
report({ ok, ...spent() });
