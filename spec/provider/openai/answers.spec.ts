import { OpenAI, AzureOpenAI } from 'openai';
import { isBatchError } from '../../../lib/core/errors';
import type { OpenAIProviderOptions } from '../../../lib/provider/openai/openai';
import { openai } from '../../../lib/provider/openai/openai';
import { ask, item, verdict } from '../support/ask';
import { openaiMajors } from '../support/majors';
import { wireProviders } from '../support/wire-providers';
import { json } from '../support/wire-server';

const usage = { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8, prompt_tokens_details: { cached_tokens: 2 } };
const chat = (message: object, finish_reason = 'stop'): object => {
  return {
    id: 'c',
    object: 'chat.completion',
    choices: [{ index: 0, finish_reason, message: { role: 'assistant', ...message } }],
    usage,
  };
};
const response = (more: object): object => ({
  id: 'r',
  object: 'response',
  status: 'completed',
  error: null,
  incomplete_details: null,
  output: [],
  ...more,
});
const says = (...content: object[]): object => ({ type: 'message', role: 'assistant', content });

describe.each(openaiMajors)('%s', (_name, sdk) => {
  const wire = wireProviders();
  const make = (options: OpenAIProviderOptions = {}): ReturnType<typeof openai> => {
    const provider = openai({
      sdk,
      baseURL: `${wire.server.url}/v1`,
      apiKey: 'sk-test-0123456789',
      defaultModel: 'm',
      ...options,
    });
    return wire.made(provider);
  };
  const answering = (body: unknown, headers: Record<string, string> = {}): void => {
    wire.server.handle = (reply) => json(reply, 200, body, headers);
  };

  describe('chat completions', () => {
    it.each([
      ['text', chat({ content: 'OK' }), 'OK'],
      ['no text of its own, beside tool calls', chat({ content: null, tool_calls: [{ id: 't' }] }, 'tool_calls'), ''],
      ['text cut off by the limit', chat({ content: 'O' }, 'length'), 'O'],
      ['an empty text', chat({ content: '' }), ''],
      [
        'content in parts',
        chat({
          content: [
            { type: 'text', text: 'O' },
            { type: 'text', text: 'K' },
          ],
        }),
        'OK',
      ],
    ])('answers %s, with usage and the body', async (_case, body, output) => {
      answering(body);
      expect(await ask(make(), item('hi'))).toEqual({
        output,
        usage: { inputTokens: 3, outputTokens: 5, cachedInputTokens: 2 },
        raw: body,
      });
    });

    it.each([
      ['a refusal', chat({ content: null, refusal: 'I will not' }), 'content_filtered', 'I will not'],
      ['the content filter', chat({ content: 'so f' }, 'content_filter'), 'content_filtered', /filter/],
      ['a limit reached before the first word', chat({ content: '' }, 'length'), 'invalid_response', /raise/],
    ])('fails the item for good on %s, and keeps the body', async (_case, body, code, message) => {
      answering(body);
      const found = await verdict(make(), item('hi'));
      expect(found).toMatchObject({
        kind: 'fail',
        error: { code, retryable: false },
        raw: body,
        usage: { inputTokens: 3 },
      });
      expect(found.error.message).toMatch(message);
    });

    it('reads the limits from the headers', async () => {
      answering(chat({ content: 'OK' }), {
        'x-ratelimit-limit-requests': '500',
        'x-ratelimit-remaining-requests': '499',
        'x-ratelimit-reset-requests': '120ms',
        'x-ratelimit-limit-tokens': '30000',
        'x-ratelimit-remaining-tokens': '29000',
        'x-ratelimit-reset-tokens': '6m0s',
      });
      expect((await ask(make(), item('hi'))).limits).toEqual({
        requests: { limit: 500, remaining: 499, resetMs: 120 },
        tokens: { limit: 30_000, remaining: 29_000, resetMs: 360_000 },
      });
    });

    it('sends key, organization, project, headers and query', async () => {
      answering(chat({ content: 'OK' }));
      const extra = {
        organization: 'org',
        project: 'proj',
        defaultHeaders: { 'x-own': '1' },
        defaultQuery: { q: '2' },
      };
      await ask(make(extra), item('hi'));
      expect(wire.server.seen.at(-1)?.url).toBe('/v1/chat/completions?q=2');
      expect(wire.server.seen.at(-1)?.headers).toMatchObject({
        authorization: 'Bearer sk-test-0123456789',
        'openai-organization': 'org',
        'openai-project': 'proj',
        'x-own': '1',
        'x-stainless-retry-count': '0',
      });
    });

    it('passes a body on untouched', async () => {
      answering(chat({ content: 'OK' }));
      const body = {
        model: 'own',
        messages: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }],
        unheard_of: { a: [1, null] },
      };
      await ask(make(), item(body, { model: 'other' }));
      expect(wire.server.seen.at(-1)?.json).toEqual(body);
    });
  });

  describe('responses', () => {
    const text = { type: 'output_text', text: 'OK', annotations: [] };
    it.each([
      ['text', response({ output: [{ type: 'reasoning', content: [] }, says(text, { ...text, text: '!' })] }), 'OK!'],
      ['a function call', response({ output: [{ type: 'function_call', name: 'f' }] }), ''],
      [
        'text cut off',
        response({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, output: [says(text)] }),
        'OK',
      ],
    ])('answers %s', async (_case, body, output) => {
      answering({ ...body, usage: { input_tokens: 1, output_tokens: 2, input_tokens_details: { cached_tokens: 0 } } });
      const found = await ask(make({ endpoint: 'responses' }), item({ prompt: 'hi', system: 's' }));
      expect(found).toMatchObject({ output, usage: { inputTokens: 1, outputTokens: 2, cachedInputTokens: 0 } });
      expect(found.raw).not.toHaveProperty('output_text');
      expect(wire.server.seen.at(-1)).toMatchObject({
        url: '/v1/responses',
        json: { input: 'hi', instructions: 's', model: 'm' },
      });
    });

    it.each([
      [
        'content filter',
        { status: 'incomplete', incomplete_details: { reason: 'content_filter' } },
        'fail',
        'content_filtered',
      ],
      ['refusal', { output: [says({ type: 'refusal', refusal: 'no' })] }, 'fail', 'content_filtered'],
      [
        'no words',
        { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
        'fail',
        'invalid_response',
      ],
      [
        'failed: server_error',
        { status: 'failed', error: { code: 'server_error', message: 'x' } },
        'retry',
        'server_error',
      ],
      [
        'failed: rate_limit_exceeded',
        { status: 'failed', error: { code: 'rate_limit_exceeded', message: 'x' } },
        'rate_limited',
        'rate_limited',
      ],
      [
        'failed: invalid_image',
        { status: 'failed', error: { code: 'invalid_image', message: 'x' } },
        'fail',
        'invalid_request',
      ],
      ['queued', { status: 'queued' }, 'retry', 'invalid_response'],
      ['empty', {}, 'retry', 'invalid_response'],
    ])('takes %s for no answer', async (_case, more, kind, code) => {
      answering(response(more));
      expect(await verdict(make({ endpoint: '/v1/responses' }), item('hi'))).toMatchObject({ kind, error: { code } });
    });
  });

  describe('embeddings', () => {
    const vectors = (...embeddings: unknown[]): object => {
      return {
        object: 'list',
        data: embeddings.map((embedding, index) => ({ index, embedding })),
        usage: { prompt_tokens: 4, total_tokens: 4 },
      };
    };
    const base64 = Buffer.from(new Float32Array([0.5, -2]).buffer).toString('base64');

    it.each([
      ['one vector for a text', { input: 'x' }, vectors([1, 2]), [1, 2]],
      ['one vector for tokens', { input: [1, 2, 3] }, vectors([1, 2]), [1, 2]],
      [
        'vectors for texts, in their order',
        { input: ['a', 'b'] },
        {
          data: [
            { index: 1, embedding: [2] },
            { index: 0, embedding: [1] },
          ],
        },
        [[1], [2]],
      ],
      [
        'vectors without an index, as they come',
        { input: ['a', 'b'] },
        { data: [{ embedding: [1] }, { index: null, embedding: [2] }] },
        [[1], [2]],
      ],
      ['one vector, whatever its index', { input: 'x' }, { data: [{ index: 7, embedding: [1] }] }, [1]],
      ['numbers for base64', { input: 'x', encoding_format: 'base64' }, vectors(base64), [0.5, -2]],
    ])('answers %s', async (_case, body, answer, output) => {
      answering(answer);
      expect((await ask(make({ endpoint: 'embeddings' }), item(body))).output).toEqual(output);
    });

    it('asks servers other than OpenAI for floats, and OpenAI for what its SDK prefers', async () => {
      answering(vectors([1]));
      await ask(make({ endpoint: 'embeddings' }), item('x'));
      expect(wire.server.seen.at(-1)?.json).toEqual({ model: 'm', input: 'x', encoding_format: 'float' });
      const sent: string[] = [];
      const fetch = (async (_url: unknown, init?: RequestInit) => {
        sent.push(init?.body as string);
        return Response.json(vectors(base64));
      }) as typeof globalThis.fetch;
      const real = make({ endpoint: 'embeddings', baseURL: 'https://api.openai.com/v1', fetch });
      expect((await ask(real, item('x'))).output).toEqual([0.5, -2]);
      expect(sent[0]).toContain('"encoding_format":"base64"');
    });

    const indexed = (...indexes: unknown[]): object => ({
      data: indexes.map((index) => ({ ...(index === undefined ? {} : { index }), embedding: [1] })),
    });

    it.each([
      ['an index twice', indexed(0, 0)],
      ['an index for some', indexed(undefined, 0)],
      ['indexes from 1', indexed(1, 2)],
      ['an index below 0', indexed(0, -1)],
      ['indexes between', indexed(0.5, 1.5)],
      ['indexes as texts', indexed('1', '0')],
      ['none', { data: [] }],
      ['fewer than asked for', vectors([1])],
      ['empty ones', vectors([], [])],
      ['what is no number between numbers', vectors([1, 2], [1, null, 3])],
      ['texts between numbers', vectors([1, '2'], [1, 2])],
      ['base64 of what is no number', vectors(base64, 'AADAfw==')],
      ['base64 of what has no end', vectors(base64, 'AACAfw==')],
      ['base64 of half a number', vectors(base64, 'AAC')],
      ['base64 that is none', vectors(base64, '!!!!')],
      ['base64 with something between', vectors(base64, 'AAAA!PwAAwMA=')],
      ['no data', { object: 'list' }],
    ])('retries on %s', async (_case, answer) => {
      answering(answer);
      const found = await verdict(make({ endpoint: 'embeddings' }), item({ input: ['a', 'b'] }));
      expect(found).toMatchObject({ kind: 'retry', error: { code: 'invalid_response' } });
    });
  });

  describe('Azure', () => {
    it.each([
      ['the model names the deployment', {}, 'm', '/openai/deployments/m/chat/completions?api-version=2024-10-21'],
      [
        'a deployment by option',
        { deployment: 'dep' },
        undefined,
        '/openai/deployments/dep/chat/completions?api-version=2024-10-21',
      ],
    ])('%s', async (_case, more, defaultModel, url) => {
      answering(chat({ content: 'OK' }));
      const azure = { endpoint: `${wire.server.url}/`, apiVersion: '2024-10-21', ...more };
      const provider = openai({ sdk, azure, apiKey: 'azure-key', defaultModel });
      wire.made(provider);
      expect(provider.reject?.(item('hi'))).toBeUndefined();
      expect((await ask(provider, item('hi'))).output).toBe('OK');
      expect(wire.server.seen.at(-1)).toMatchObject({ url, headers: { 'api-key': 'azure-key' } });
    });

    it('needs its own key', () => {
      const azure = { endpoint: wire.server.url, apiVersion: '2024-10-21' };
      expect(() => openai({ sdk, azure }).prepare?.()).toThrow(/AZURE_OPENAI_API_KEY/);
    });
  });
});

describe('what it is made of', () => {
  const environment = process.env;
  beforeEach(() => {
    process.env = { ...environment };
    delete process.env['OPENAI_API_KEY'];
    delete process.env['OPENAI_BASE_URL'];
  });
  afterAll(() => void (process.env = environment));

  it('needs a key for OpenAI, and says so before anything is sent', () => {
    const found = caught(() => openai().prepare?.());
    expect(isBatchError(found) && found.code).toBe('missing_api_key');
    expect(String(found)).toContain('OPENAI_API_KEY');
    process.env['OPENAI_API_KEY'] = 'sk-env';
    expect(() => openai().prepare?.()).not.toThrow();
  });

  it('needs none for another server or a ready client', () => {
    expect(() => openai({ baseURL: 'http://localhost:1/v1' }).prepare?.()).not.toThrow();
    expect(() => openai({ client: new OpenAI({ apiKey: 'k' }) }).prepare?.()).not.toThrow();
    const azure = new AzureOpenAI({ apiKey: 'k', endpoint: 'http://localhost:1', apiVersion: '1' });
    expect(() => openai({ client: azure }).prepare?.()).not.toThrow();
  });

  it('takes the server from OPENAI_BASE_URL', () => {
    process.env['OPENAI_BASE_URL'] = 'http://localhost:1/v1';
    expect(openai().quotaScope).toContain('localhost:1');
  });

  it('uses a stand-in for the client', async () => {
    const create = jest.fn().mockResolvedValue({ choices: [{ message: { content: 'OK' } }] });
    const stub = { chat: { completions: { create } }, responses: { create }, embeddings: { create } };
    expect((await ask(openai({ client: stub, defaultModel: 'm' }), item('hi'))).output).toBe('OK');
    expect(create).toHaveBeenCalledWith(
      expect.objectContaining({ model: 'm' }),
      expect.objectContaining({ maxRetries: 0, timeout: 120_000 }),
    );
  });

  it('has a quota per host and key, without the key', () => {
    const scope = (apiKey: string): string | undefined =>
      openai({ apiKey, baseURL: 'https://api.openai.com/v1' }).quotaScope;
    expect(scope('sk-aaaaaaaa')).toMatch(/^openai:api\.openai\.com:[0-9a-f]{8}$/);
    expect(scope('sk-aaaaaaaa')).not.toBe(scope('sk-bbbbbbbb'));
  });

  it('refuses an unknown endpoint and a URL that is none', () => {
    expect(() => openai({ endpoint: '/v1/chat/completion' })).toThrow(
      'openai: expected "endpoint" to be one of "/v1/chat/completions", "/v1/responses", "/v1/embeddings", "chat", "responses", ' +
        '"embeddings", got "/v1/chat/completion"; did you mean "/v1/chat/completions"?',
    );
    expect(() => openai({ baseURL: 'localhost:8080' })).toThrow(/expected "baseURL" to be a URL/);
  });
});

function caught(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}
