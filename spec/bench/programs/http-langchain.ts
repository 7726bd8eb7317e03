import { chatModel } from './support/langchain.js';
import { promptOf } from './support/items.js';
import { stopwatch } from './support/meters.js';
import { report, told } from './support/program.js';

interface Options {
  readonly port: number;
  readonly concurrency: number;
  readonly warmUp: number;
  readonly requests: number;
  /** Folder the peers are installed in. */
  readonly peers: string;
}

/** `.batch()` as it comes: prompts and answers are all in memory. */
const { port, concurrency, warmUp, requests, peers } = told<Options>();
const model = chatModel(peers, port, concurrency);
const prompts = (count: number): readonly string[] => Array.from({ length: count }, (_, n) => promptOf(n));

await model.batch(prompts(warmUp));
const spent = stopwatch();
await model.batch(prompts(requests));
const { cpuUs, ms } = spent();
report({ cpuUs: cpuUs / requests, perSecond: (requests * 1000) / ms });
