import { chatModel } from './support/langchain.js';
import { stopwatch } from './support/meters.js';
import { report, told } from './support/program.js';
import { quotaItems, toPrompt, type ItemsOptions } from './support/quota/quota-items.js';

interface Options extends ItemsOptions {
  readonly port: number;
  readonly concurrency: number;
  /** Folder the peers are installed in. */
  readonly peers: string;
}

/** `.batch()` as it comes: six retries with exponential waits. */
const options = told<Options>();
const model = chatModel(options.peers, options.port, options.concurrency);

const prompts = quotaItems(options).map(toPrompt);
const spent = stopwatch();
const answers = await model.batch(prompts, {}, { returnExceptions: true });
report({ ok: answers.filter((answer) => !(answer instanceof Error)).length, ...spent() });
