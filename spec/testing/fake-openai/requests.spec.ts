import OpenAI6 from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import OpenAI7 from 'openai-7';
import { z } from 'zod';
import { startFakeOpenAI } from '../../../lib/testing/fake-openai/start-fake-openai.js';
import type { FakeServer } from '../../../lib/testing/fake-server/fake-server.js';
import { openaiSchemas } from '../../support/api-description.js';

const schemas = openaiSchemas();
const isCompletion = schemas('CreateChatCompletionResponse');
const isResponse = schemas('Response');
const isEmbedding = schemas('CreateEmbeddingResponse');
const isError = schemas('ErrorResponse');
const messages = [
  { role: 'system' as const, content: 'Be brief.' },
  { role: 'user' as const, content: 'Say hello' },
];

describe.each([
  ['openai 6', OpenAI6],
  ['openai 7', OpenAI7 as unknown as typeof OpenAI6],
])('fake OpenAI, asked by %s', (_name, OpenAI) => {
  let server: FakeServer;
  let client: OpenAI6;

  beforeAll(async () => {
    server = await startFakeOpenAI({ apiKey: 'sk-right', models: ['gpt-4o-mini', 'text-embedding-3-small'] });
    client = new OpenAI({ baseURL: server.url, apiKey: 'sk-right', maxRetries: 0 });
  });
  afterAll(() => server.close());

  it('answers a chat completion that echoes the last user message', async () => {
    const { data, response, request_id } = await client.chat.completions
      .create({ model: 'gpt-4o-mini', messages })
      .withResponse();
    expect(data.choices[0]!.message.content).toBe('echo: Say hello');
    expect(data.usage).toMatchObject({ prompt_tokens: 5, completion_tokens: 4, total_tokens: 9 });
    expect(request_id).toMatch(/^req_/);
    expect(response.headers.get('x-ratelimit-limit-requests')).toBeNull();
    expect(isCompletion(JSON.parse(JSON.stringify(data)))).toEqual([]);
  });

  it('answers the same request the same, and another one otherwise', async () => {
    const ask = async (content: string): Promise<unknown> =>
      client.chat.completions.create({ model: 'gpt-4o-mini', messages: [{ role: 'user', content }] });
    const [one, again, other] = [await ask('one'), await ask('one'), await ask('other')];
    expect(Object.assign({}, again, { created: 0 })).toEqual(Object.assign({}, one, { created: 0 }));
    expect(other).not.toEqual(one);
  });

  it('answers a response', async () => {
    const data = await client.responses.create({ model: 'gpt-4o-mini', instructions: 'Be brief.', input: 'Say hello' });
    expect(data.output_text).toBe('echo: Say hello');
    expect(data.usage).toMatchObject({ input_tokens: 5, output_tokens: 4, total_tokens: 9 });
    expect(isResponse(JSON.parse(JSON.stringify(data)))).toEqual([]);
  });

  it('answers embeddings, equal as floats and as base64', async () => {
    const input = ['red', 'green', 'red'];
    const model = 'text-embedding-3-small';
    const floats = await client.embeddings.create({ model, input, encoding_format: 'float' });
    const decoded = await client.embeddings.create({ model, input });
    const raw = await client.embeddings.create({ model, input, encoding_format: 'base64' });
    expect(isEmbedding(JSON.parse(JSON.stringify(floats)))).toEqual([]);
    expect(decoded.data).toEqual(floats.data);
    expect(typeof raw.data[0]!.embedding).toBe('string');
    expect(floats.data[0]!.embedding).toEqual(floats.data[2]!.embedding);
    expect(floats.data[0]!.embedding).not.toEqual(floats.data[1]!.embedding);
    expect(Math.hypot(...floats.data[0]!.embedding)).toBeCloseTo(1, 5);
    const short = await client.embeddings.create({ model, input: 'red', dimensions: 3, encoding_format: 'float' });
    expect(short.data[0]!.embedding).toHaveLength(3);
  });

  it('answers structured output with a value that fits the schema', async () => {
    const Mood = z.object({ mood: z.enum(['good', 'bad']), score: z.number(), notes: z.array(z.string()) });
    const completion = await client.chat.completions.parse({
      model: 'gpt-4o-mini',
      messages,
      response_format: zodResponseFormat(Mood, 'mood'),
    });
    expect(completion.choices[0]!.message.parsed).toEqual({ mood: 'good', score: 9, notes: ['echo: Say hello'] });
  });

  it.each([
    ['a missing parameter', { model: 'gpt-4o-mini' }, 400, 'missing_required_parameter'],
    ['an unknown model', { model: 'gpt-none', messages }, 404, 'model_not_found'],
  ])('refuses %s', async (_what, body, status, code) => {
    const failure = client.chat.completions.create(body as never);
    await expect(failure).rejects.toMatchObject({ status, code });
  });

  it('refuses a wrong key, an unknown path and a body that is no JSON', async () => {
    const stranger = new OpenAI({ baseURL: server.url, apiKey: 'sk-wrong', maxRetries: 0 });
    await expect(stranger.models.list()).rejects.toMatchObject({ status: 401, code: 'invalid_api_key' });
    await expect(client.get('/nothing')).rejects.toMatchObject({ status: 404 });
    const headers = { authorization: 'Bearer sk-right' };
    const answer = await fetch(`${server.url}/chat/completions`, { method: 'POST', headers, body: '{"model":' });
    expect(answer.status).toBe(400);
    expect(isError(await answer.json())).toEqual([]);
  });

  it('lists its models', async () => {
    const ids: string[] = [];
    for await (const model of client.models.list()) ids.push(model.id);
    expect(ids).toEqual(['gpt-4o-mini', 'text-embedding-3-small']);
  });
});

it('lets the answer be chosen', async () => {
  await using server = await startFakeOpenAI({ answer: ({ text, model }) => `${model} heard ${text}` });
  const client = new OpenAI6({ baseURL: server.url, apiKey: 'any' });
  const answer = await client.chat.completions.create({ model: 'm', messages });
  expect(answer.choices[0]!.message.content).toBe('m heard Say hello');
});

it('notices an answer that is not as described', () => {
  expect(
    isCompletion({ id: 'x', object: 'chat.completion', created: 1, model: 'm', choices: [], extra: 1 }),
  ).toHaveLength(1);
  expect(isCompletion({ id: 'x', object: 'chat.completion', model: 'm', choices: [{}] }).length).toBeGreaterThan(2);
});
