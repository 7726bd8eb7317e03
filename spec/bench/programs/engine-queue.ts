import PQueue from 'p-queue';
import { instantAnswer } from './support/instant-provider.js';
import { makeItems } from './support/items.js';
import { stopwatch } from './support/meters.js';
import { report, told } from './support/program.js';

/** What is written by hand where nothing has to last: a queue that is filled no faster than it empties. */
const { items, concurrency } = told<{ readonly items: number; readonly concurrency: number }>();
const queue = new PQueue({ concurrency });
let results = 0;
const spent = stopwatch();
for (const item of makeItems(items)) {
  await queue.onSizeLessThan(concurrency);
  void queue.add(async () => {
    const { output } = await instantAnswer();
    if (output.length > 0 && item.itemId !== undefined) results++;
  });
}
await queue.onIdle();
const { cpuUs, ms } = spent();
report({ cpuUs: cpuUs / results, perSecond: (results * 1000) / ms });
