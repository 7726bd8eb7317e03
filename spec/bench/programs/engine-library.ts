import { BatchClient } from 'openapi-batch';
import { instantProvider } from './support/instant-provider.js';
import { makeItems } from './support/items.js';
import { stallMeter, stopwatch, type Spent } from './support/meters.js';
import { databaseIn, report, told } from './support/program.js';

interface Options {
  readonly items: number;
  readonly concurrency: number;
  readonly durability: 'full' | 'normal';
}

const options = told<Options>();
const { items, concurrency, durability } = options;

let spent: () => Spent = stopwatch();
let stallMs: () => number = stallMeter();
// The first request is made when the last item is stored.
const provider = instantProvider(() => {
  spent = stopwatch();
  stallMs = stallMeter();
});
const client = new BatchClient({ provider, db: databaseIn(options), durability, concurrency });
let results = 0;
client.map({ items: makeItems(items), startAfterInput: true }).subscribe({
  next: (event) => {
    if (event.type === 'item') results++;
  },
  error: (error: unknown) => {
    throw error;
  },
  complete: () => {
    const { cpuUs, ms } = spent();
    report({ cpuUs: cpuUs / results, perSecond: (results * 1000) / ms, stallMs: stallMs() });
  },
});
