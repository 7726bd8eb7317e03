import pMap from 'p-map';
import { Agent, request } from 'undici';
import { makeItems } from './support/items.js';
import { stopwatch } from './support/meters.js';
import { report, told } from './support/program.js';

interface Options {
  readonly port: number;
  readonly concurrency: number;
  readonly warmUp: number;
  readonly requests: number;
}

/** The transport by itself: the same bodies, no SDK, nothing kept. */
const { port, concurrency, warmUp, requests } = told<Options>();
const dispatcher = new Agent();
const url = `http://127.0.0.1:${port}/v1/chat/completions`;
const headers = { 'content-type': 'application/json', authorization: 'Bearer none' };

const ask = async (input: unknown): Promise<void> => {
  const { prompt } = input as { readonly prompt: string };
  const body = JSON.stringify({ model: 'bench', messages: [{ role: 'user', content: prompt }] });
  const answer = await request(url, { method: 'POST', dispatcher, headers, body });
  const { choices } = (await answer.body.json()) as { readonly choices: readonly unknown[] };
  if (choices.length === 0) throw new Error('an answer without choices');
};

await pMap(makeItems(warmUp), ({ input }) => ask(input), { concurrency });
const spent = stopwatch();
await pMap(makeItems(requests), ({ input }) => ask(input), { concurrency });
const { cpuUs, ms } = spent();
report({ cpuUs: cpuUs / requests, perSecond: (requests * 1000) / ms });
