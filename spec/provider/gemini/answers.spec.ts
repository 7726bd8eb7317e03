import { GoogleGenAI } from '@google/genai';
import { isBatchError } from '../../../lib/core/errors';
import type { GeminiProviderOptions } from '../../../lib/provider/gemini/gemini';
import { gemini } from '../../../lib/provider/gemini/gemini';
import { ask, item, verdict } from '../support/ask';
import { geminiMajors } from '../support/majors';
import { wireProviders } from '../support/wire-providers';
import { json } from '../support/wire-server';

const usageMetadata = {
  ...{ promptTokenCount: 10, cachedContentTokenCount: 4, toolUsePromptTokenCount: 1 },
  ...{ candidatesTokenCount: 2, thoughtsTokenCount: 5, totalTokenCount: 18 },
};
const says = (...parts: object[]): object => {
  return {
    candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', index: 0 }],
    usageMetadata,
    unheardOf: { kept: true },
  };
};
const user = (text: string): object => ({ role: 'user', parts: [{ text }] });

describe.each(geminiMajors)('%s', (_name, sdk) => {
  const wire = wireProviders();
  const make = (options: GeminiProviderOptions = {}): ReturnType<typeof gemini> => {
    const provider = gemini({
      sdk,
      baseURL: wire.server.url,
      apiKey: 'AIzaTest0123456789',
      defaultModel: 'm',
      ...options,
    });
    return wire.made(provider);
  };
  const answering = (body: unknown): void => void (wire.server.handle = (response) => json(response, 200, body));
  const sent = (): unknown => wire.server.seen.at(-1)?.json;

  it.each([
    ['text without its thoughts', says({ text: 'hm', thought: true }, { text: 'O' }, { text: 'K' }), 'OK'],
    ['no text of its own, beside a function call', says({ functionCall: { name: 'f', args: {} } }), ''],
    ['a picture', says({ inlineData: { mimeType: 'image/png', data: '' } }), ''],
    ['an empty text', says({ text: '' }), ''],
  ])('answers %s, with usage and the body', async (_case, body, output) => {
    answering(body);
    expect(await ask(make(), item('hi'))).toEqual({
      output,
      usage: { inputTokens: 11, outputTokens: 7, cachedInputTokens: 4 },
      raw: body,
    });
  });

  it('answers a text that reached its limit', async () => {
    answering({ candidates: [{ content: { parts: [{ text: 'O' }] }, finishReason: 'MAX_TOKENS' }] });
    expect((await ask(make(), item('hi'))).output).toBe('O');
  });

  it('sends the key in a header, and v1beta whatever the major', async () => {
    answering(says({ text: 'OK' }));
    await ask(make(), item({ prompt: 'hi', system: 's' }));
    expect(wire.server.seen.at(-1)).toMatchObject({
      url: '/v1beta/models/m:generateContent',
      headers: { 'x-goog-api-key': 'AIzaTest0123456789' },
      json: { contents: [user('hi')], systemInstruction: { parts: [{ text: 's' }] } },
    });
    await ask(make({ apiVersion: 'v1' }), item('hi', { model: 'tunedModels/t' }));
    expect(wire.server.seen.at(-1)?.url).toBe('/v1/tunedModels/t:generateContent');
    await ask(make({ baseURL: `${wire.server.url}/v1beta/` }), item('hi'));
    expect(wire.server.seen.at(-1)?.url).toBe('/v1beta/models/m:generateContent');
  });

  it('passes a REST body on untouched', async () => {
    answering(says({ text: 'OK' }));
    const body = {
      contents: [{ role: 'user', parts: [{ text: 'x', videoMetadata: { fps: 2 } }] }],
      systemInstruction: { parts: [{ text: 's' }] },
      generationConfig: { temperature: 0, responseSchema: { type: 'OBJECT' }, thinkingConfig: { thinkingBudget: 0 } },
      safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
      tools: [{ functionDeclarations: [{ name: 'f' }] }],
      toolConfig: { functionCallingConfig: { mode: 'ANY' } },
      cachedContent: 'cachedContents/c',
      notYetInvented: [1, null, { a: false }],
    };
    await ask(make(), item({ ...body, model: 'own' }, { model: 'other' }));
    expect(wire.server.seen.at(-1)?.url).toBe('/v1beta/models/own:generateContent');
    expect(sent()).toEqual(body);
  });

  it("takes the SDK's form", async () => {
    answering(says({ text: 'OK' }));
    const found = await ask(
      make(),
      item({ contents: 'hi', config: { temperature: 0, systemInstruction: 's', topK: 3 } }),
    );
    expect(found.output).toBe('OK');
    expect(found.raw).not.toHaveProperty('sdkHttpResponse');
    expect(sent()).toMatchObject({
      contents: [user('hi')],
      generationConfig: { temperature: 0, topK: 3 },
      systemInstruction: { parts: [{ text: 's' }] },
    });
  });

  it.each([
    ['a prompt', 'hi'],
    ['a REST body', { contents: [user('hi')], generationConfig: { topK: 1 } }],
    ['an SDK body', { contents: 'hi', config: { topK: 1 } }],
  ])('lays params over %s', async (_case, input) => {
    answering(says({ text: 'OK' }));
    const params = {
      temperature: 0,
      maxOutputTokens: 5,
      safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF' }],
    };
    await ask(make(), item(input, { params }));
    const { safetySettings, ...config } = params;
    expect(sent()).toMatchObject({ contents: [user('hi')], generationConfig: config, safetySettings });
  });

  it('keeps the spelling a body has chosen when params go over it', async () => {
    answering(says({ text: 'OK' }));
    await ask(
      make(),
      item({ contents: [user('hi')], generation_config: { top_k: 1 } }, { params: { temperature: 0 } }),
    );
    expect(sent()).toEqual({ contents: [user('hi')], generation_config: { top_k: 1, temperature: 0 } });
  });

  describe('embeddings', () => {
    const vector = { values: [1, 2] };
    it.each([
      ['a prompt', 'hi', [vector], [1, 2], [{ content: { parts: [{ text: 'hi' }] } }]],
      [
        'a REST body',
        { content: { parts: [{ text: 'x' }] }, taskType: 'T' },
        [vector],
        [1, 2],
        [{ content: { parts: [{ text: 'x' }] }, taskType: 'T' }],
      ],
      [
        'REST bodies',
        { requests: [{ content: { parts: [{ text: 'x' }] } }] },
        [vector],
        [[1, 2]],
        [{ content: { parts: [{ text: 'x' }] } }],
      ],
      [
        'SDK contents',
        { contents: ['a', 'b'], config: { taskType: 'T' } },
        [vector, { values: [3] }],
        [[1, 2], [3]],
        [
          { content: { parts: [{ text: 'a' }] }, taskType: 'T' },
          { content: { parts: [{ text: 'b' }] }, taskType: 'T' },
        ],
      ],
    ])('answers %s', async (_case, input, embeddings, output, requests) => {
      answering({ embeddings, usageMetadata: { promptTokenCount: 6 } });
      const found = await ask(make({ endpoint: 'embedContent' }), item(input, { params: { outputDimensionality: 2 } }));
      expect(found).toMatchObject({ output, usage: { inputTokens: 6, outputTokens: 0 } });
      expect(wire.server.seen.at(-1)?.url).toBe('/v1beta/models/m:batchEmbedContents');
      expect(sent()).toEqual({
        requests: requests.map((request) => ({ ...request, outputDimensionality: 2, model: 'models/m' })),
      });
    });

    it.each([
      ['fewer than asked for', { embeddings: [vector] }],
      ['none', {}],
      ['empty ones', { embeddings: [{ values: [] }, {}] }],
      ['what is no number between numbers', { embeddings: [vector, { values: [1, { then: 2 }] }] }],
    ])('retries on %s', async (_case, body) => {
      answering(body);
      const found = await verdict(make({ endpoint: 'embedContent' }), item({ contents: ['a', 'b'] }));
      expect(found).toMatchObject({ kind: 'retry', error: { code: 'invalid_response' } });
    });
  });

  it('uses a ready client, and a stand-in with the methods alone', async () => {
    answering(says({ text: 'OK' }));
    const client = new (sdk as { GoogleGenAI: typeof GoogleGenAI }).GoogleGenAI({
      apiKey: 'k1234',
      httpOptions: { baseUrl: wire.server.url, apiVersion: 'v9' },
    });
    const own = gemini({ client, defaultModel: 'm' });
    expect((await ask(own, item('hi'))).output).toBe('OK');
    expect(wire.server.seen.at(-1)?.url).toBe('/v9/models/m:generateContent');
    const generateContent = jest.fn().mockResolvedValue(says({ text: 'stub' }));
    const stub = { models: { generateContent, embedContent: jest.fn() } };
    const found = await ask(
      gemini({ client: stub, defaultModel: 'm' }),
      item({ contents: [user('x')], generationConfig: { topK: 1 }, tools: [] }),
    );
    expect(found.output).toBe('stub');
    expect(generateContent).toHaveBeenCalledWith({
      model: 'm',
      contents: [user('x')],
      config: expect.objectContaining({ topK: 1, tools: [], automaticContinuation: false }),
    });
  });
});

describe('what it is made of', () => {
  const environment = process.env;
  beforeEach(() => {
    process.env = { ...environment };
    for (const name of ['GEMINI_API_KEY', 'GOOGLE_API_KEY', 'GOOGLE_GEMINI_BASE_URL']) delete process.env[name];
  });
  afterAll(() => void (process.env = environment));

  it('needs a key for Google, and says so before anything is sent', () => {
    let found: unknown;
    try {
      gemini().prepare?.();
    } catch (error) {
      found = error;
    }
    expect(isBatchError(found) && found.code).toBe('missing_api_key');
    expect(String(found)).toContain('GEMINI_API_KEY');
    process.env['GOOGLE_API_KEY'] = 'AIzaEnv';
    expect(() => gemini().prepare?.()).not.toThrow();
    expect(() => gemini({ baseURL: 'http://localhost:1' }).prepare?.()).not.toThrow();
    expect(() => gemini({ client: new GoogleGenAI({ apiKey: 'k' }) }).prepare?.()).not.toThrow();
  });

  it('refuses an unknown endpoint and a URL that is none', () => {
    expect(() => gemini({ endpoint: 'generateContents' })).toThrow(
      'gemini: expected "endpoint" to be one of "generateContent", "embedContent", got "generateContents"; did you mean "generateContent"?',
    );
    expect(() => gemini({ baseURL: 'nowhere' })).toThrow(/expected "baseURL" to be a URL/);
  });

  const reason = (input: unknown, options: GeminiProviderOptions = { defaultModel: 'm' }): string | undefined =>
    gemini(options).reject?.(item(input));

  it.each([
    [null, /got null/],
    [['hi'], /got an array of 1/],
    [{}, /neither "prompt"/],
    [{ messages: [] }, /body of OpenAI/],
    [{ contents: [] }, /at least one content/],
    [{ prompt: 'x', system: 1 }, /"system" must be a string/],
    [{ prompt: 'x', model: '../m' }, /cannot be part of a URL/],
  ])('refuses %j', (input, message) => expect(reason(input)).toMatch(message));

  it.each(['generateContent', 'embedContent'] as const)(
    'refuses a config within params, and shows what is right: %s',
    (endpoint) => {
      const refuse = (input: unknown, params = {}): string | undefined =>
        gemini({ endpoint, defaultModel: 'm' }).reject?.(item(input, { params }));
      const config = { temperature: 0, topP: 0.5, topK: 3 };
      expect(refuse('hi', { config })).toBe(
        '"params" are the fields of the config themselves: params: { temperature: 0, topP: 0.5 }, without "config" around them',
      );
      expect(refuse({ contents: 'hi', config }, { config: null })).toContain('params: { temperature: 0 }');
      expect(refuse({ prompt: 'hi', config: { taskType: 'X' } })).toBe(
        'beside "prompt" stand the fields of the config themselves: input: { prompt: "...", taskType: ... }, without "config" around them',
      );
      expect(refuse({ contents: 'hi', config }, { temperature: 1 })).toBeUndefined();
      expect(refuse('hi', { generationConfig: { temperature: 1 } })).toBeUndefined();
    },
  );

  it('refuses an item without a model, and takes all that may be right', () => {
    expect(reason('hi', {})).toMatch(/^no model/);
    expect(reason('hi')).toBeUndefined();
    expect(reason({ contents: 'x', config: {} })).toBeUndefined();
    expect(reason({ contents: [user('x')] })).toBeUndefined();
    expect(reason({ temperature: 0 }, { endpoint: 'embedContent', defaultModel: 'm' })).toMatch(/none of/);
  });
});
