import OpenAI from 'openai';
import PQueue from 'p-queue';
import { stopwatch } from './support/meters.js';
import { report, told } from './support/program.js';
import { quotaItems, toBody, type ItemsOptions } from './support/quota/quota-items.js';

interface Options extends ItemsOptions {
  readonly port: number;
  readonly concurrency: number;
  /** The documented limit, as one sets it by hand. */
  readonly intervalCap: number;
  readonly windowMs: number;
}

/** The limit is known and set; the SDK is as it comes. */
const options = told<Options>();
const { concurrency, intervalCap, windowMs } = options;
const openai = new OpenAI({ apiKey: 'none', baseURL: `http://127.0.0.1:${options.port}/v1` });
const queue = new PQueue({ concurrency, intervalCap, interval: windowMs });

const items = quotaItems(options);
let ok = 0;
const spent = stopwatch();
await Promise.allSettled(
  items.map((item) =>
    queue.add(async () => {
      const { choices } = await openai.chat.completions.create(toBody(item));
      if (choices.length > 0) ok++;
    }),
  ),
);
report({ ok, ...spent() });
