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

it('can keep its limits to itself: the words of a refusal alone say when to come back', async () => {
  const client = await start({ requestsPerMinute: 1, rateLimitHeaders: false });
  const hints = (headers: Headers): string[] =>
    [...headers.keys()].filter((name) => /^(x-ratelimit|retry-after)/.test(name));
  expect(hints(await ask(client))).toEqual([]);
  const refusal = (await ask(client).catch((error: unknown) => error)) as { message: string; headers: Headers };
  expect(refusal.message).toContain('try again in 1m0s');
  expect(hints(refusal.headers)).toEqual([]);
});

describe('a quota of the day', () => {
  it('is said in words and in the headers of requests, and comes back evenly', async () => {
    const client = await start({ requestsPerMinute: 60, requestsPerDay: 2 });
    const headers = Object.fromEntries(await ask(client));
    expect(headers).toMatchObject({
      'x-ratelimit-limit-requests': '2',
      'x-ratelimit-remaining-requests': '1',
      'x-ratelimit-reset-requests': '12h0m0s',
    });
    await ask(client);
    const refusal = (await ask(client).catch((error: unknown) => error)) as { message: string; headers: Headers };
    expect(refusal.message).toContain(
      'on requests per day (RPD): Limit 2, Used 2, Requested 1. Please try again in 12h',
    );
    expect(refusal).toMatchObject({ status: 429, type: 'requests', code: 'rate_limit_exceeded' });
    expect(refusal.headers.get('retry-after')).toBe('43200');
    clock.advance(12 * 3_600_000 - 1);
    await expect(ask(client)).rejects.toMatchObject({ status: 429 });
    clock.advance(1);
    await ask(client);
  });

  it('of tokens leaves the headers those of the minute', async () => {
    const client = await start({ tokensPerMinute: 500, tokensPerDay: 150 });
    expect((await ask(client)).get('x-ratelimit-limit-tokens')).toBe('500');
    await expect(ask(client)).rejects.toThrow(/on tokens per day \(TPD\): Limit 150, Used 100, Requested 100\./);
    await expect(ask(client, { max_tokens: 151 })).rejects.toThrow(
      /Request too large .* \(TPD\): Limit 150, Requested 151/,
    );
  });

  it('leaves the minute alone where the day refuses', async () => {
    const client = await start({ requestsPerMinute: 5, requestsPerDay: 1, tokensPerMinute: 1_000 });
    await ask(client);
    const { headers } = (await ask(client).catch((error: unknown) => error)) as { headers: Headers };
    expect(headers.get('x-ratelimit-remaining-tokens')).toBe('900');
  });

  it('is set and lifted in mid-run', async () => {
    const client = await start({});
    await ask(client);
    server!.setQuota({ requestsPerDay: 1, requestsPerMinute: 9 });
    await ask(client);
    await expect(ask(client)).rejects.toThrow(/requests per day/);
    server!.setQuota({ requestsPerDay: undefined });
    expect((await ask(client)).get('x-ratelimit-limit-requests')).toBe('9');
    server!.setQuota({ requestsPerMinute: undefined });
    expect((await ask(client)).get('x-ratelimit-limit-requests')).toBeNull();
  });
});
