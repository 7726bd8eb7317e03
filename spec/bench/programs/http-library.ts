import { BatchClient } from 'openapi-batch';
import { makeItems } from './support/items.js';
import { stopwatch } from './support/meters.js';
import { databaseIn, report, told } from './support/program.js';

interface Options {
  readonly port: number;
  readonly concurrency: number;
  readonly warmUp: number;
  readonly requests: number;
}

const options = told<Options>();
const { port, concurrency, warmUp, requests } = options;
const client = new BatchClient({
  provider: 'openai',
  apiKey: 'none',
  baseURL: `http://127.0.0.1:${port}/v1`,
  defaultModel: 'bench',
  db: databaseIn(options),
  concurrency,
});

await client.map({ items: makeItems(warmUp), mode: 'emulated' }).wait();
const spent = stopwatch();
const { ok } = await client.map({ items: makeItems(requests), mode: 'emulated' }).wait();
if (ok !== requests) throw new Error(`only ${ok} of ${requests} requests were answered`);
const { cpuUs, ms } = spent();
report({ cpuUs: cpuUs / requests, perSecond: (requests * 1000) / ms });
