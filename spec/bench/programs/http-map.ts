import OpenAI from 'openai';
import pMap from 'p-map';
import { makeItems } from './support/items.js';
import { stopwatch } from './support/meters.js';
import { report, told } from './support/program.js';

interface Options {
  readonly port: number;
  readonly concurrency: number;
  readonly warmUp: number;
  readonly requests: number;
}

/** What is written by hand: the SDK as it comes, p-map, and no result outlives the process. */
const { port, concurrency, warmUp, requests } = told<Options>();
const openai = new OpenAI({ apiKey: 'none', baseURL: `http://127.0.0.1:${port}/v1` });

const ask = async (input: unknown): Promise<void> => {
  const { prompt } = input as { readonly prompt: string };
  const { choices } = await openai.chat.completions.create({
    model: 'bench',
    messages: [{ role: 'user', content: prompt }],
  });
  if (choices[0]?.message.content === null) throw new Error('an answer without content');
};

await pMap(makeItems(warmUp), ({ input }) => ask(input), { concurrency });
const spent = stopwatch();
await pMap(makeItems(requests), ({ input }) => ask(input), { concurrency });
const { cpuUs, ms } = spent();
report({ cpuUs: cpuUs / requests, perSecond: (requests * 1000) / ms });
