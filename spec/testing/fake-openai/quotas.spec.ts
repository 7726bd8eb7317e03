import OpenAI from 'openai';
import { startFakeOpenAI } from '../../../lib/testing/fake-openai/start-fake-openai.js';
import { ManualClock } from '../../../lib/testing/fake-server/clock.js';
import type { FakeServer } from '../../../lib/testing/fake-server/fake-server.js';
import type { FakeServerOptions } from '../../../lib/testing/fake-server/options.js';

const clock = new ManualClock();
let server: FakeServer | undefined;

async function start(options: FakeServerOptions): Promise<OpenAI> {
  server = await startFakeOpenAI({ clock, ...options });
  return new OpenAI({ baseURL: server.url, apiKey: 'any', maxRetries: 0 });
}

afterEach(() => server?.close());

const ask = (client: OpenAI, more: object = {}, model = 'gpt-4o-mini'): Promise<Headers> =>
  client.chat.completions
    .create({ model, messages: [{ role: 'user', content: 'x'.repeat(400) }], ...more })
    .withResponse()
    .then(({ response }) => response.headers);

it('shows what is left in the headers of every answer', async () => {
  const client = await start({ requestsPerMinute: 60, tokensPerMinute: 60_000 });
  await ask(client);
  const headers = Object.fromEntries(await ask(client, { max_tokens: 500 }));
  expect(headers).toMatchObject({
    'x-ratelimit-limit-requests': '60',
    'x-ratelimit-remaining-requests': '58',
    'x-ratelimit-reset-requests': '2s',
    'x-ratelimit-limit-tokens': '60000',
    'x-ratelimit-remaining-tokens': String(60_000 - 100 - 500),
    'x-ratelimit-reset-tokens': '600ms',
  });
});

it('refuses the request after the last, says when to come back, and means it', async () => {
  const client = await start({ requestsPerMinute: 3 });
  for (let n = 0; n < 3; n++) await ask(client);
  const refusal = await ask(client).catch((error: unknown) => error as InstanceType<typeof OpenAI.APIError>);
  expect(refusal).toMatchObject({ status: 429, code: 'rate_limit_exceeded', type: 'requests' });
  expect((refusal as Error).message).toContain('Limit 3, Used 3, Requested 1. Please try again in 20s.');
  const { headers } = refusal as { headers: Headers };
  expect([headers.get('retry-after'), headers.get('retry-after-ms')]).toEqual(['20', '20000']);
  clock.advance(19_999);
  await expect(ask(client)).rejects.toMatchObject({ status: 429 });
  clock.advance(1);
  await ask(client);
  expect(server!.ledger).toMatchObject({ requests: 6, refusals: 2, billedCount: 4 });
});

it('charges tokens by the larger of the output limit and a quarter of the characters', async () => {
  const client = await start({ tokensPerMinute: 1_000 });
  await ask(client, { max_tokens: 900 });
  await ask(client);
  await expect(ask(client)).rejects.toMatchObject({ status: 429, type: 'tokens' });
});

it('says of a request above the limit that it can never pass', async () => {
  const client = await start({ tokensPerMinute: 1_000 });
  const refusal = ask(client, { max_tokens: 1_001 });
  await expect(refusal).rejects.toThrow(/Request too large for gpt-4o-mini .* Limit 1000, Requested 1001/);
  await expect(refusal).rejects.toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
});

it('charges refused requests where asked to', async () => {
  const client = await start({ requestsPerMinute: 2, chargeRefused: true });
  await ask(client);
  await ask(client);
  clock.advance(29_999);
  await expect(ask(client)).rejects.toMatchObject({ status: 429 });
  clock.advance(1);
  await expect(ask(client)).rejects.toMatchObject({ status: 429 });
  clock.advance(30_000);
  await ask(client);
});

it('keeps models apart, takes a shorter minute, and new limits in mid-run', async () => {
  const client = await start({ requestsPerMinute: 1, windowMs: 50 });
  await ask(client, {}, 'a');
  await ask(client, {}, 'b');
  await expect(ask(client, {}, 'a')).rejects.toMatchObject({ status: 429 });
  clock.advance(50);
  await ask(client, {}, 'a');
  server!.setQuota({ requestsPerMinute: 2 });
  await ask(client, {}, 'a');
  await ask(client, {}, 'a');
  await expect(ask(client, {}, 'a')).rejects.toMatchObject({ status: 429 });
});

it('can keep its limits to itself', async () => {
  const client = await start({ requestsPerMinute: 3, rateLimitHeaders: false });
  expect([...(await ask(client)).keys()].filter((name) => name.startsWith('x-ratelimit'))).toEqual([]);
});
