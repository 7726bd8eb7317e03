import PQueue from 'p-queue';
import { instantAnswer } from './support/instant-provider.js';
import { makeItems } from './support/items.js';
import { peakMemoryMb } from './support/meters.js';
import { report, told } from './support/program.js';

/** A queue that is given everything at once, as most are. */
const { items } = told<{ readonly items: number }>();
const queue = new PQueue({ concurrency: 64 });
let results = 0;
for (const item of makeItems(items)) {
  void queue.add(async () => {
    const { output } = await instantAnswer();
    if (output.length > 0 && item.itemId !== undefined) results++;
  });
}
await queue.onIdle();
if (results !== items) throw new Error(`${results} results of ${items} items`);
report({ peakMb: peakMemoryMb() });
