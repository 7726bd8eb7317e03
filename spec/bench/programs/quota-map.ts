import OpenAI from 'openai';
import pMap from 'p-map';
import { stopwatch } from './support/meters.js';
import { report, told } from './support/program.js';
import { quotaItems, toBody, type ItemsOptions } from './support/quota/quota-items.js';

interface Options extends ItemsOptions {
  readonly port: number;
  readonly concurrency: number;
}

/** What is written by hand: the SDK as it comes, which retries twice, and p-map. */
const options = told<Options>();
const openai = new OpenAI({ apiKey: 'none', baseURL: `http://127.0.0.1:${options.port}/v1` });

const items = quotaItems(options);
let ok = 0;
const spent = stopwatch();
await pMap(
  items,
  async (item) => {
    const { choices } = await openai.chat.completions.create(toBody(item));
    if (choices.length > 0) ok++;
  },
  // As everybody does who wants the other results.
  { concurrency: options.concurrency, stopOnError: false },
).catch(() => undefined);
report({ ok, ...spent() });
