import '../../support/node-dispatcher.js';
import { GoogleGenAI as GenAI2 } from '@google/genai';
import { GoogleGenAI as GenAI3 } from 'genai-3';
import { startFakeGemini } from '../../../lib/testing/fake-gemini/start-fake-gemini.js';
import type { FakeServer } from '../../../lib/testing/fake-server/fake-server.js';
import { geminiSchemas } from '../../support/api-description.js';

const schemas = geminiSchemas();
const isContent = schemas('GenerateContentResponse');
const isEmbedding = schemas('EmbedContentResponse');
const isStatus = schemas('Status');
const model = 'gemini-2.5-flash';

describe.each([
  ['genai 2', GenAI2, 'v1beta'],
  ['genai 3', GenAI3 as unknown as typeof GenAI2, 'v1'],
])('fake Gemini, asked by %s', (_name, GenAI, ownVersion) => {
  let server: FakeServer;
  let ai: GenAI2;

  beforeAll(async () => {
    server = await startFakeGemini({ apiKey: 'right', models: [model, 'gemini-embedding-001'], thoughtTokens: 3 });
    ai = new GenAI({ apiKey: 'right', httpOptions: { baseUrl: server.url } });
  });
  afterAll(() => server.close());

  it('answers generateContent with an echo of the last user turn', async () => {
    const answer = await ai.models.generateContent({
      model,
      contents: 'Say hello',
      config: { systemInstruction: 'Be brief.' },
    });
    expect(answer.text).toBe('echo: Say hello');
    expect(answer.usageMetadata).toMatchObject({
      promptTokenCount: 5,
      candidatesTokenCount: 4,
      thoughtsTokenCount: 3,
      totalTokenCount: 12,
    });
    expect(server.ledger.entries.at(-1)).toMatchObject({
      path: `/${ownVersion}/models/${model}:generateContent`,
      tokens: 12,
    });
  });

  it('answers embedContent, which the SDK sends as a batch', async () => {
    const contents = ['red', 'green', 'red'];
    const { embeddings } = await ai.models.embedContent({ model: 'gemini-embedding-001', contents });
    expect(server.ledger.entries.at(-1)!.path).toContain(':batchEmbedContents');
    expect(embeddings).toHaveLength(3);
    expect(embeddings![0]).toEqual(embeddings![2]);
    expect(embeddings![0]).not.toEqual(embeddings![1]);
    const config = { outputDimensionality: 3 };
    const short = await ai.models.embedContent({ model: 'gemini-embedding-001', contents: 'red', config });
    expect(short.embeddings![0]!.values).toHaveLength(3);
  });

  it('answers structured output with a value that fits either kind of schema', async () => {
    const properties = { mood: { type: 'STRING', enum: ['good'] }, score: { type: 'INTEGER' } };
    const responseSchema = { type: 'OBJECT', properties } as never;
    const config = { responseMimeType: 'application/json', responseSchema };
    const typed = await ai.models.generateContent({ model, contents: 'hi', config });
    expect(JSON.parse(typed.text!)).toEqual({ mood: 'good', score: 2 });
    const responseJsonSchema = { type: 'object', properties: { ok: { type: 'boolean' } } };
    const json = await ai.models.generateContent({
      model,
      contents: 'hi',
      config: { responseMimeType: 'application/json', responseJsonSchema },
    });
    expect(JSON.parse(json.text!)).toEqual({ ok: true });
  });

  it('refuses an unknown model and a wrong key', async () => {
    await expect(ai.models.generateContent({ model: 'gemini-0', contents: 'hi' })).rejects.toMatchObject({
      status: 404,
    });
    const stranger = new GenAI({ apiKey: 'wrong', httpOptions: { baseUrl: server.url } });
    const refusal = stranger.models.generateContent({ model, contents: 'hi' });
    await expect(refusal).rejects.toMatchObject({ status: 400, message: expect.stringContaining('API_KEY_INVALID') });
  });
});

describe('on the wire', () => {
  let server: FakeServer;
  beforeAll(async () => (server = await startFakeGemini()));
  afterAll(() => server.close());

  const post = (path: string, body: unknown, key = 'any'): Promise<Response> =>
    fetch(`${server.url}/v1beta/models/${path}`, {
      method: 'POST',
      headers: { 'x-goog-api-key': key },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });

  it('answers as the description says', async () => {
    const contents = [{ role: 'user', parts: [{ text: 'hi' }] }];
    const answer = await post(`${model}:generateContent`, { contents });
    expect(answer.headers.get('x-gemini-service-tier')).toBe('standard');
    expect(isContent(await answer.json())).toEqual([]);
    const embedding = await post('gemini-embedding-001:embedContent', { content: contents[0] });
    expect(isEmbedding(await embedding.json())).toEqual([]);
    expect(isContent({ candidates: [{ finishReason: 'BORED' }], more: 1 })).toHaveLength(2);
  });

  it.each([
    ['no contents', `${model}:generateContent`, {}, 400],
    ['no content to embed', `${model}:embedContent`, {}, 400],
    ['nothing to embed', `${model}:batchEmbedContents`, { requests: [] }, 400],
    ['too much to embed', `${model}:batchEmbedContents`, { requests: Array(101).fill({}) }, 400],
    ['no JSON', `${model}:generateContent`, '{"contents":', 400],
    ['an unknown method', `${model}:dance`, {}, 404],
  ])('refuses %s', async (_what, path, body, status) => {
    const answer = await post(path, body);
    expect(answer.status).toBe(status);
    const { error } = (await answer.json()) as { error: { status: string } };
    // The description has no `status`, which every error carries.
    expect(isStatus({ ...error, status: undefined })).toEqual([expect.stringContaining('"status"')]);
  });

  it('refuses callers without a key, and takes it from the query too', async () => {
    expect((await post(`${model}:generateContent`, {}, '')).status).toBe(403);
    expect((await fetch(`${server.url}/v1beta/models?key=any`)).status).toBe(200);
  });
});
