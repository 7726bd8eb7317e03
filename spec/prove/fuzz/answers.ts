import { BatchClient, type BatchClientOptions, type BatchError } from '../../../lib/index.js';
import { startWireServer, type Handler } from '../../provider/support/wire-server.js';
import type { Random } from '../harness/random.js';
import { expectThat, inTime, type FuzzTarget } from './fuzz-target.js';
import { hostile } from './hostile-json.js';

export type FuzzedProvider = 'openai' | 'gemini';

const answers: Readonly<Record<FuzzedProvider, (text: string) => unknown>> = {
  openai: (text) => ({
    id: 'c',
    object: 'chat.completion',
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content: text, refusal: null }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 0 } },
  }),
  gemini: (text) => ({
    candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP', safetyRatings: [] }],
    usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1 },
    modelVersion: 'm',
  }),
};
const errors = [
  (text: string) => ({ error: { message: text, type: 'server_error', code: null, param: null } }),
  (text: string) => ({
    error: {
      code: 500,
      message: text,
      status: 'INTERNAL',
      details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '0s' }],
    },
  }),
];
/** 401, 402, 403 and 429 stop or hold a job, as they should. */
const statuses = [200, 200, 200, 200, 400, 404, 408, 409, 413, 418, 422, 500, 502, 503, 529];
const headers = [
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'x-ratelimit-limit-requests',
  'x-ratelimit-reset-tokens',
];
const headerValues = [
  '99999999999',
  '9e9',
  '99999999h',
  '',
  '-1',
  'NaN',
  '0',
  'never',
  '1e400',
  '0x10',
  'Thu, 99 Foo 2099',
  '__proto__',
];

/** Whole jobs through the SDK against a server that answers some items with anything. */
export async function answerTarget(provider: FuzzedProvider): Promise<FuzzTarget> {
  const server = await startWireServer();
  return {
    name: `answers of ${provider}`,
    share: 60,
    once: async (random) => {
      server.handle = handler(provider, random);
      server.seen.length = 0;
      const options: BatchClientOptions = {
        ...{ provider, baseURL: server.url, apiKey: 'sk-any-key', defaultModel: 'm', db: ':memory:', log: false },
        ...{ maxAttempts: 2, backoffBaseMs: 1, backoffMaxMs: 2, maxStallMs: 2_000, attemptTimeoutMs: 10_000 },
      };
      const client = new BatchClient(options);
      try {
        await run(client);
      } finally {
        await client.close({ drainMs: 0 });
      }
    },
    close: () => server.close(),
  };
}

function handler(provider: FuzzedProvider, random: Random): Handler {
  return (response, { text }) => {
    const id = /(?:good|bad)-\d/.exec(text)?.[0] ?? 'none';
    const good = id.startsWith('good');
    const status = good ? 200 : random.pick(statuses);
    const template = status === 200 ? answers[provider](id) : random.pick(errors)(id);
    const body = good ? JSON.stringify(answers[provider](id)) : hostile(template, random);
    const more = !good && random.share() < 0.3 ? { [random.pick(headers)]: random.pick(headerValues) } : {};
    response.writeHead(status, { 'content-type': 'application/json', ...more });
    response.end(body);
  };
}

async function run(client: BatchClient): Promise<void> {
  const ids = ['good-0', 'bad-0', 'good-1', 'bad-1', 'good-2'];
  const job = client.map({ items: ids.map((itemId) => ({ itemId, input: { prompt: itemId } })) });
  // A hostile body may say that the credit is spent, which stops a job for good reason.
  const stopped = await inTime(
    job.wait().then(
      () => undefined,
      (error: unknown) => error as BatchError,
    ),
    'the job',
  );
  const known = ['auth', 'quota_exhausted', 'daily_quota', 'stalled'];
  expectThat(stopped === undefined || known.includes(stopped.code), `the job stopped: ${stopped?.message ?? ''}`);
  const results = await job.resultsDict();
  for (const id of ids) {
    const result = results[id];
    if (result === undefined) expectThat(stopped !== undefined, `${id} has no result`);
    else if (id.startsWith('good'))
      expectThat(result.ok && result.output === id, `${id} has ${JSON.stringify(result).slice(0, 300)}`);
  }
}
