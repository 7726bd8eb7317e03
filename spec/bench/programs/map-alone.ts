import pMap from 'p-map';
import { instantAnswer } from './support/instant-provider.js';
import { makeItems } from './support/items.js';
import { stopwatch } from './support/meters.js';
import { report, told } from './support/program.js';

/** p-map, and no result outlives the process. */
const { items, concurrency } = told<{ readonly items: number; readonly concurrency: number }>();
let results = 0;
const ask = async (): Promise<void> => {
  const { output } = await instantAnswer();
  if (output.length > 0) results++;
};
const spent = stopwatch();
await pMap(makeItems(items), ask, { concurrency });
const { cpuUs, ms } = spent();
report({ cpuUs: cpuUs / results, perSecond: (results * 1000) / ms });
