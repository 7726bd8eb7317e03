import { createRequire } from 'node:module';
import { join } from 'node:path';
import { stopwatch } from './support/meters.js';
import { report, told } from './support/program.js';
import { quotaItems, toPrompt, type ItemsOptions } from './support/quota/quota-items.js';

interface Options extends ItemsOptions {
  readonly port: number;
  readonly concurrency: number;
  /** Folder the peers are installed in. */
  readonly peers: string;
}

/** What is used of `@langchain/openai`, which is no package of the project's own. */
interface LangChain {
  readonly ChatOpenAI: new (fields: Readonly<Record<string, unknown>>) => {
    batch(inputs: readonly string[], options: object, batchOptions: { returnExceptions: true }): Promise<unknown[]>;
  };
}

/** `.batch()` as it comes: six retries with exponential waits. */
const options = told<Options>();
const { ChatOpenAI } = createRequire(join(options.peers, 'package.json'))('@langchain/openai') as LangChain;
const model = new ChatOpenAI({
  model: 'bench',
  apiKey: 'none',
  maxConcurrency: options.concurrency,
  configuration: { baseURL: `http://127.0.0.1:${options.port}/v1` },
});

const prompts = quotaItems(options).map(toPrompt);
const spent = stopwatch();
const answers = await model.batch(prompts, {}, { returnExceptions: true });
report({ ok: answers.filter((answer) => !(answer instanceof Error)).length, ...spent() });
