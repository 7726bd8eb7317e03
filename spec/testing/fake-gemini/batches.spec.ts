import '../../support/node-dispatcher.js';
import { GoogleGenAI as GenAI2, type BatchJob } from '@google/genai';
import { GoogleGenAI as GenAI3 } from 'genai-3';
import { startFakeGemini } from '../../../lib/testing/fake-gemini/start-fake-gemini.js';
import type { FakeGeminiOptions } from '../../../lib/testing/fake-gemini/options.js';
import { ManualClock } from '../../../lib/testing/fake-server/clock.js';
import type { FakeServer } from '../../../lib/testing/fake-server/fake-server.js';
import { geminiSchemas } from '../../support/api-description.js';
import { fromJsonl, toJsonl } from '../../support/jsonl.js';

const schemas = geminiSchemas();
const isOperation = schemas('Operation');
const isOperationList = schemas('ListOperationsResponse');
const isBatch = { content: schemas('GenerateContentBatch'), embedding: schemas('EmbedContentBatch') };
const isContent = schemas('GenerateContentResponse');
const isStatus = schemas('Status');

interface OutputLine {
  readonly key?: string;
  readonly response?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string };
}

interface Operation {
  readonly name: string;
  readonly done?: boolean;
  readonly error?: { readonly code: number; readonly message: string };
  readonly metadata: {
    readonly state: string;
    readonly batchStats?: Record<string, string>;
    readonly output?: { readonly responsesFile?: string; readonly inlinedResponses?: unknown };
  };
}

const model = 'gemini-2.5-flash';
const mimeType = 'application/jsonl';
const request = (n: number): object => ({ contents: [{ role: 'user', parts: [{ text: `question ${n}` }] }] });
const line = (n: number): object => ({ key: `k-${n}`, request: request(n) });
const lines = (count: number): object[] => Array.from({ length: count }, (_, n) => line(n));

describe.each([
  ['genai 2', GenAI2, {}],
  ['genai 3', GenAI3 as unknown as typeof GenAI2, { apiVersion: 'v1beta' }],
])('batches, through %s', (_name, GenAI, more) => {
  let clock: ManualClock;
  let server: FakeServer;
  let ai: GenAI2;

  const start = async (options: FakeGeminiOptions = {}): Promise<void> => {
    clock = new ManualClock();
    server = await startFakeGemini({ clock, ...options });
    ai = new GenAI({ apiKey: 'any', ...more, httpOptions: { baseUrl: server.url } });
  };
  afterEach(() => server.close());

  const create = async (content: readonly unknown[], displayName = 'shard 1'): Promise<BatchJob> => {
    const file = await ai.files.upload({ file: new Blob([toJsonl(content)]), config: { mimeType } });
    return ai.batches.create({ model, src: { fileName: file.name! }, config: { displayName } });
  };

  const get = async (name: string | undefined, kind: keyof typeof isBatch = 'content'): Promise<Operation> => {
    const answer = await fetch(`${server.url}/v1beta/${name!}`, { headers: { 'x-goog-api-key': 'any' } });
    const operation = (await answer.json()) as Operation;
    expect(isOperation(operation)).toEqual([]);
    const { '@type': type, ...metadata } = operation.metadata as unknown as Record<string, unknown>;
    expect(type).toMatch(/^type\.googleapis\.com\//);
    expect(isBatch[kind](metadata)).toEqual([]);
    if (operation.error) expect(isStatus(operation.error)).toEqual([]);
    return operation;
  };

  const read = async ({ metadata }: Operation): Promise<OutputLine[]> => {
    const path = `${metadata.output!.responsesFile!}:download?alt=media`;
    const answer = await fetch(`${server.url}/v1beta/${path}`, { headers: { 'x-goog-api-key': 'any' } });
    return fromJsonl<OutputLine>(await answer.text());
  };

  it('goes from pending to succeeded as the clock goes', async () => {
    await start({ batches: { validatingMs: 1_000, runMsPerRequest: 100, finalizingMs: 2_000 } });
    const created = await create(lines(10));
    expect(created).toMatchObject({
      state: 'JOB_STATE_PENDING',
      displayName: 'shard 1',
      name: expect.stringMatching(/^batches\//),
    });
    expect((await get(created.name)).metadata).toMatchObject({
      state: 'BATCH_STATE_PENDING',
      batchStats: { requestCount: '10', pendingRequestCount: '10' },
      inputConfig: { fileName: expect.stringMatching(/^files\//) },
    });
    clock.advance(1_350);
    expect((await get(created.name)).metadata).toMatchObject({
      state: 'BATCH_STATE_RUNNING',
      batchStats: { requestCount: '10', successfulRequestCount: '3', pendingRequestCount: '7' },
    });
    clock.advance(2_650);
    const done = await get(created.name);
    expect(done).toMatchObject({
      done: true,
      metadata: { state: 'BATCH_STATE_SUCCEEDED', batchStats: { successfulRequestCount: '10' } },
    });
    const output = await read(done);
    expect(output.map(({ key }) => key)).toEqual(lines(10).map((_, n) => `k-${n}`));
    for (const { response } of output) expect(isContent(response)).toEqual([]);
    expect(JSON.stringify(output[7])).toContain('echo: question 7');
    const job = await ai.batches.get({ name: created.name! });
    expect(job).toMatchObject({
      state: 'JOB_STATE_SUCCEEDED',
      dest: { fileName: done.metadata.output!.responsesFile },
    });
    expect(server.ledger.batches).toMatchObject([
      { id: created.name, status: 'SUCCEEDED', marker: 'shard 1', requests: 10, billed: 10 },
    ]);
    expect([...server.ledger.billedPerItem().values()]).toEqual(Array(10).fill(1));
  });

  it('runs inline requests and gives their metadata back', async () => {
    await start();
    const inlinedRequests = [0, 1].map((n) => ({ contents: `question ${n}`, metadata: { key: `k-${n}` } }));
    const { name } = await ai.batches.create({ model, src: inlinedRequests });
    clock.advance(1_000);
    await get(name);
    const { dest } = await ai.batches.get({ name: name! });
    expect(dest!.inlinedResponses).toMatchObject([{ metadata: { key: 'k-0' } }, { metadata: { key: 'k-1' } }]);
    expect(JSON.stringify(dest!.inlinedResponses![1])).toContain('echo: question 1');
  });

  it('can lose the metadata of inline requests', async () => {
    await start({ batches: { inlineMetadata: false } });
    const { name } = await ai.batches.create({ model, src: [{ contents: 'hi', metadata: { key: 'a' } }] });
    clock.advance(1_000);
    expect((await ai.batches.get({ name: name! })).dest!.inlinedResponses![0]).not.toHaveProperty('metadata');
  });

  it('runs embeddings, inline and from a file, with keys or without', async () => {
    await start();
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    const inline = await ai.batches.createEmbeddings({
      model,
      src: { inlinedRequests: { contents: ['red', 'green'] } },
    });
    const content = { parts: [{ text: 'red' }] };
    const upload = (): ReturnType<typeof ai.files.upload> =>
      ai.files.upload({ file: new Blob([toJsonl([{ key: 'a', request: { content } }])]), config: { mimeType } });
    const fromFile = await ai.batches.createEmbeddings({ model, src: { fileName: (await upload()).name! } });
    clock.advance(1_000);
    await get(inline.name, 'embedding');
    const { dest } = await ai.batches.get({ name: inline.name! });
    expect(dest!.inlinedEmbedContentResponses).toMatchObject([
      { response: { embedding: { values: expect.any(Array) } } },
      {},
    ]);
    expect(await read(await get(fromFile.name, 'embedding'))).toMatchObject([
      { key: 'a', response: { embedding: {} } },
    ]);
    server.setBatches({ embeddingKeys: false });
    const keyless = await ai.batches.createEmbeddings({ model, src: { fileName: (await upload()).name! } });
    clock.advance(1_000);
    expect((await read(await get(keyless.name, 'embedding')))[0]).not.toHaveProperty('key');
  });

  it('succeeds though some requests failed', async () => {
    await start();
    const { name } = await create([line(0), { key: 'bad', request: { contents: [] } }]);
    clock.advance(1_000);
    const operation = await get(name);
    expect(operation.metadata).toMatchObject({
      state: 'BATCH_STATE_SUCCEEDED',
      batchStats: { requestCount: '2', successfulRequestCount: '1', failedRequestCount: '1' },
    });
    expect((await read(operation))[1]).toMatchObject({ key: 'bad', error: { code: 3 } });
  });

  it.each([
    ['a line that is no JSON', [line(0), '{"key":'], /line 2/],
    ['a line without a request', [{ key: 'a' }], /line 1/],
    ['an empty file', ['\n'], /empty/],
  ])('fails as a whole: %s', async (_what, content, message) => {
    await start();
    const { name } = await create(content);
    clock.advance(1_000);
    const operation = await get(name);
    expect(operation).toMatchObject({
      done: true,
      error: { code: 3, message: expect.stringMatching(message) },
      metadata: { state: 'BATCH_STATE_FAILED' },
    });
    // The SDKs drop the reason.
    expect(await ai.batches.get({ name: name! })).not.toHaveProperty('error.message');
    expect(server.ledger.billedCount).toBe(0);
  });

  it('expires after 48 hours without any output, paid for all the same', async () => {
    await start({ batches: { runMsPerRequest: 8 * 3_600_000 } });
    const { name } = await create(lines(10));
    clock.advance(49 * 3_600_000);
    const operation = await get(name);
    expect(operation).toMatchObject({ done: true, error: { code: 4 }, metadata: { state: 'BATCH_STATE_EXPIRED' } });
    expect(operation.metadata.output).toBeUndefined();
    expect(server.ledger.billedCount).toBe(5);
  });

  it('cancels at once, with output only where asked to', async () => {
    await start({ batches: { runMsPerRequest: 60_000, validatingMs: 0 } });
    for (const outputAfterCancel of [false, true]) {
      server.setBatches({ outputAfterCancel });
      const { name } = await create(lines(10));
      clock.advance(180_000);
      await ai.batches.cancel({ name: name! });
      const operation = await get(name);
      expect(operation).toMatchObject({ error: { code: 1 }, metadata: { state: 'BATCH_STATE_CANCELLED' } });
      expect(operation.metadata.output === undefined).toBe(!outputAfterCancel);
      if (outputAfterCancel) expect(await read(operation)).toHaveLength(3);
    }
    await expect(ai.batches.cancel({ name: server.ledger.batches[0]!.id })).rejects.toMatchObject({ status: 400 });
  });

  it('forgets a deleted batch, which goes on', async () => {
    await start();
    const { name } = await create(lines(2));
    await ai.batches.delete({ name: name! });
    await expect(ai.batches.get({ name: name! })).rejects.toMatchObject({ status: 404 });
    clock.advance(1_000);
    await ai.batches.list();
    expect(server.ledger.billedCount).toBe(2);
  });

  it('lists newest first, page by page, with display names', async () => {
    await start();
    for (let n = 0; n < 5; n++) await create(lines(1), `shard ${n}`);
    const names: (string | undefined)[] = [];
    for await (const job of await ai.batches.list({ config: { pageSize: 2 } })) names.push(job.displayName);
    expect(names).toEqual(['shard 4', 'shard 3', 'shard 2', 'shard 1', 'shard 0']);
    const answer = await fetch(`${server.url}/v1beta/batches?pageSize=2`, { headers: { 'x-goog-api-key': 'any' } });
    expect(isOperationList(await answer.json())).toEqual([]);
  });

  it('refuses batches beyond the enqueued tokens, and beyond so many at once', async () => {
    await start({ batches: { enqueuedTokens: 40, maxConcurrent: 2, runMs: 60_000 } });
    await create(lines(10));
    await expect(create(lines(10))).rejects.toMatchObject({
      status: 429,
      message: expect.stringContaining('enqueued tokens'),
    });
    await create(lines(2));
    await expect(create(lines(1))).rejects.toMatchObject({
      status: 429,
      message: expect.stringContaining('concurrent'),
    });
    clock.advance(120_000);
    await create(lines(10));
    expect(server.ledger.maxEnqueuedTokens).toBe(36);
  });

  it('refuses an unknown model, an unknown file and no input', async () => {
    await start({ models: [model] });
    const src = { fileName: 'files/none' };
    await expect(ai.batches.create({ model: 'none', src })).rejects.toMatchObject({ status: 404 });
    await expect(ai.batches.create({ model, src })).rejects.toMatchObject({ status: 404 });
    await expect(ai.batches.create({ model, src: [] })).rejects.toMatchObject({ status: 400 });
    expect(server.ledger.batches).toEqual([]);
  });

  it('can spell its states as the documentation does', async () => {
    await start({ batches: { statePrefix: 'JOB_STATE_' } });
    const { name } = await create(lines(1));
    const answer = await fetch(`${server.url}/v1beta/${name!}`, { headers: { 'x-goog-api-key': 'any' } });
    expect(await answer.json()).toMatchObject({ metadata: { state: 'JOB_STATE_PENDING' } });
    expect((await ai.batches.get({ name: name! })).state).toBe('JOB_STATE_PENDING');
  });

  it('can spoil answers that were asked for by a JSON schema', async () => {
    await start({ batches: { jsonSchemaInBatch: 'degenerate' } });
    const schema = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] };
    const config = (generationConfig: object): object => ({
      ...request(0),
      generationConfig: { responseMimeType: 'application/json', ...generationConfig },
    });
    const { name } = await create([
      { key: 'json', request: config({ responseJsonSchema: schema }) },
      { key: 'openapi', request: config({ responseSchema: schema }) },
    ]);
    clock.advance(1_000);
    const texts = (await read(await get(name))).map(({ response }) => JSON.stringify(response));
    expect(texts[0]).toContain('"text":"{}"');
    expect(texts[1]).toContain('\\"ok\\":true');
  });
});
