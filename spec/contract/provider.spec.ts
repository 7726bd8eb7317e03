import { describeProvider, type ProviderSubject } from '../../lib/testing/provider-contract';
import { gemini } from '../../lib/provider/gemini/gemini';
import { localEcho } from '../../lib/provider/echo/local-echo';
import { openai } from '../../lib/provider/openai/openai';
import type { Provider } from '../../lib/provider/provider';
import { item } from '../provider/support/ask';
import { geminiMajors, openaiMajors } from '../provider/support/majors';
import type { WireServer } from '../provider/support/wire-server';
import { json, startWireServer } from '../provider/support/wire-server';

const framework = { describe, it, expect };
const key = 'k3y-of-the-contract';

/** A server that answers, fails on "refuse me" with the key in its words, and never answers "hang me". */
async function subject(good: unknown, make: (server: WireServer) => Provider): Promise<ProviderSubject> {
  const server = await startWireServer((response, { text }) => {
    if (text.includes('hang me')) return;
    if (text.includes('refuse me')) json(response, 500, { error: { message: `no ${key}` } });
    else json(response, 200, good);
  });
  return {
    provider: make(server),
    item: item('hi'),
    failing: item('refuse me'),
    hanging: { item: item('hang me'), arrived: () => server.seen.length, aborted: () => server.aborted },
    requests: () => server.seen.length,
    rejected: item(null),
    secrets: [key],
    close: () => server.close(),
  };
}

const chat = { choices: [{ message: { content: 'OK' } }], usage: { prompt_tokens: 1, completion_tokens: 1 } };
const response = { object: 'response', output: [{ type: 'message', content: [{ type: 'output_text', text: 'OK' }] }] };
const embeddings = { data: [{ index: 0, embedding: [1, 2] }] };
const endpoints = [
  ['/v1/chat/completions', chat],
  ['/v1/responses', response],
  ['/v1/embeddings', embeddings],
] as const;

for (const [name, sdk] of openaiMajors) {
  for (const [endpoint, good] of endpoints) {
    const make = ({ url }: WireServer): Provider =>
      openai({ sdk, endpoint, baseURL: `${url}/v1`, apiKey: key, defaultModel: 'm' });
    describeProvider(`${name} ${endpoint}`, () => subject(good, make), framework);
  }
}
describeProvider(
  'openai with the built-in fetch',
  () => subject(chat, ({ url }) => openai({ fetch, baseURL: `${url}/v1`, apiKey: key, defaultModel: 'm' })),
  framework,
);

const content = { candidates: [{ content: { parts: [{ text: 'OK' }] }, finishReason: 'STOP' }] };
for (const [name, sdk] of geminiMajors) {
  for (const [endpoint, good] of [
    ['generateContent', content],
    ['embedContent', { embeddings: [{ values: [1] }] }],
  ] as const) {
    const make = ({ url }: WireServer): Provider =>
      gemini({ sdk, endpoint, baseURL: url, apiKey: key, defaultModel: 'm' });
    describeProvider(`${name} ${endpoint}`, () => subject(good, make), framework);
  }
}

describeProvider(
  'local_echo',
  () => ({
    provider: localEcho({ failures: { itemId: 'bad' } }),
    item: item('hi'),
    failing: item('hi', { itemId: 'bad' }),
  }),
  framework,
);
describeProvider(
  'one of two lines',
  () => ({ provider: { name: 'mine', request: async () => ({ output: 1 }) }, item: item('hi') }),
  framework,
);
