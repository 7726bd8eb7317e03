import { openai, type OpenAIProviderOptions } from '../../../lib/provider/openai/openai';
import type { Provider } from '../../../lib/provider/provider';
import { item } from '../support/ask';
import { openaiMajors } from '../support/majors';
import { create, failing, listOf, nativeOf, poll, questions, read, shardOf, within } from '../support/native';
import type { Handler, WireServer } from '../support/wire-server';
import { json, raw, startWireServer } from '../support/wire-server';

const key = 'k-12345678';
const done = { id: 'batch_1', status: 'completed', output_file_id: 'file-out', error_file_id: '' };

describe.each(openaiMajors)('servers unlike OpenAI, through %s', (_name, sdk) => {
  let wire: WireServer;
  let provider: Provider;
  const start = async (handle: Handler, more: OpenAIProviderOptions = {}): Promise<void> => {
    wire = await startWireServer(handle);
    provider = openai({ sdk, baseURL: `${wire.url}/v1`, apiKey: key, defaultModel: 'm', ...more });
  };
  afterEach(async () => {
    await provider.close?.();
    await wire.close();
  });

  it('takes capitals, { job, warning }, ISO dates and no counts for a batch (Together)', async () => {
    const job = {
      ...{ id: 'b1', status: 'IN_PROGRESS', progress: 40, created_at: '2026-01-02T03:04:05Z' },
      ...{ input_file_id: 'f1', error: null },
    };
    await start((response, { url }) =>
      json(response, 200, url.endsWith('/files') ? { id: 'f1' } : { job, warning: 'x' }),
    );
    const batch = await create(nativeOf(provider), shardOf(nativeOf(provider), questions(1)));
    expect(batch).toEqual({
      ...{ batchId: 'b1', status: 'running', said: 'IN_PROGRESS', marker: undefined, counts: undefined, outputs: [] },
      ...{ inputFileId: 'f1', faults: [], createdAt: Date.UTC(2026, 0, 2, 3, 4, 5) },
    });
  });

  it.each([
    ['VALIDATING', 'queued'],
    ['Finalizing', 'running'],
    ['COMPLETED', 'completed'],
    ['CANCELLATION_REQUESTED', 'cancelling'],
    ['canceled', 'cancelled'],
    ['TIMEOUT_EXCEEDED', 'expired'],
    ['FAILED', 'failed'],
    ['something_new', 'running'],
    ['constructor', 'running'],
    ['__proto__', 'running'],
  ])('takes the status %s for %s', async (said, status) => {
    await start((response) => json(response, 200, { id: 'b1', status: said }));
    expect(await poll(nativeOf(provider), 'b1')).toMatchObject({ said, status });
  });

  it.each([
    [{ errors: { object: 'list', data: [{ code: 'invalid_request', message: 'no', line: null }] } }, 'batch'],
    [{ errors: [{ code: 'x', message: 'y', line: 4 }] }, 'line'],
    [{ error: 'Enqueued token limit reached for gpt-4o' }, 'quota'],
    [{ errors: null, error: null }, undefined],
    [{ errors: 'text' }, undefined],
  ])('reads the faults of %j', async (more, kind) => {
    await start((response) => json(response, 200, { id: 'b1', status: 'failed', ...more }));
    expect((await poll(nativeOf(provider), 'b1')).faults[0]?.kind).toBe(kind);
  });

  it.each([
    ["the API's own words", '{"error":{"message":"No batch found"}}', 'gone'],
    ['those of a compatible server', '{"detail":"Not Found"}', 'gone'],
    ['the page of a proxy', '<html><head><title>404 Not Found</title></head></html>', 'fail'],
    ['nothing', '', 'fail'],
  ])('takes a 404 with %s as it is meant', async (_what, body, kind) => {
    await start((response) => raw(response, 404, body));
    const native = nativeOf(provider);
    expect(await failing(native, 'poll', native.poll('b1', within()))).toMatchObject({ kind });
    expect(await failing(native, 'results', native.results('f1', 0, within()))).toMatchObject({ kind });
  });

  it('reads a list without pages, and one that ignores "after"', async () => {
    const metadata = { run: 'run-1', shard: '1', attempt: '1', content: 'c' };
    const entries = [{ ...done, metadata }];
    await start((response) => json(response, 200, entries));
    expect(await listOf(nativeOf(provider).find('run-1', within()))).toHaveLength(1);
    wire.handle = (response) => json(response, 200, { data: entries });
    expect((await listOf(nativeOf(provider).find('run-1', within()))).length).toBeGreaterThanOrEqual(1);
    expect(wire.seen.length).toBeLessThan(6);
    wire.handle = (response) => json(response, 200, { nothing: true });
    expect(await failing(nativeOf(provider), 'find', nativeOf(provider).find('run-1', within()))).toMatchObject({
      kind: 'retry',
    });
  });

  it('calls the batches of Azure without a deployment in the path', async () => {
    const azure = { apiVersion: '2024-10-21', deployment: 'my-deployment' };
    await start((response, { url }) => json(response, 200, url.includes('/files') ? { id: 'f1' } : done));
    await provider.close?.();
    provider = openai({ sdk, azure: { ...azure, endpoint: wire.url }, apiKey: key });
    const native = nativeOf(provider);
    await create(native, shardOf(native, questions(1)));
    await poll(native, 'batch_1');
    await listOf(native.cancel('batch_1', within()));
    expect(wire.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /openai/files?api-version=2024-10-21',
      'POST /openai/batches?api-version=2024-10-21',
      'GET /openai/batches/batch_1?api-version=2024-10-21',
      'POST /openai/batches/batch_1/cancel?api-version=2024-10-21',
    ]);
    expect(wire.seen.every(({ headers }) => headers['api-key'] === key)).toBe(true);
    expect(JSON.parse(native.line(item('x'), 'i1').text)).toMatchObject({
      url: '/chat/completions',
      body: { model: 'my-deployment' },
    });
    const responses = openai({ azure: { ...azure, endpoint: wire.url }, apiKey: key, endpoint: 'responses' }).native!;
    expect(JSON.parse(responses.line(item('x'), 'i1').text).url).toBe('/v1/responses');
    expect(wire.seen[1]!.json).toMatchObject({ endpoint: '/chat/completions' });
  });

  it('uploads one well-formed form, in pieces', async () => {
    await start((response, { url }) => json(response, 200, url.endsWith('/files') ? { id: 'f1' } : done));
    const native = nativeOf(provider);
    const pages = ['{"a":1}\n', '{"b":"grüße"}\n'];
    await create(native, { ...shardOf(native, questions(1)), lines: () => pages });
    const [{ headers, text }] = wire.seen as [WireServer['seen'][0]];
    expect(headers['content-length']).toBeUndefined();
    const boundary = /boundary=(.+)$/.exec(headers['content-type']!)![1]!;
    const [first, purpose, file, end] = text.split(`--${boundary}`);
    expect([first, end]).toEqual(['', '--\r\n']);
    expect(purpose).toBe('\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch\r\n');
    expect(file!.slice(file!.indexOf('\r\n\r\n') + 4)).toBe(`${pages.join('')}\r\n`);
    expect(file).toContain('name="file"; filename="openapi-batch_run-1_3_1_c0ffee.jsonl"');
  });

  it('does not trust a range that begins elsewhere, nor one that is refused', async () => {
    const lines = Array.from({ length: 600 }, (_, n) => JSON.stringify({ custom_id: `i${n}`, error: { code: 'x' } }));
    const file = `${lines.join('\n')}\n`;
    await start((response) => raw(response, 200, file));
    const native = nativeOf(provider);
    const [page] = await listOf(native.results('f', 0, within()));
    const { offset } = page!;
    const expected = (await read(native, 'f')).slice(256);
    for (const [status, headers] of [
      [206, { 'content-range': `bytes 0-9/${file.length}` }],
      [206, {}],
      [416, {}],
    ] as const) {
      wire.handle = (response, { headers: asked }) => {
        if (asked.range === undefined) raw(response, 200, file);
        else raw(response, status, status === 416 ? '{}' : file.slice(0, 10), headers);
      };
      expect(await read(native, 'f', offset)).toEqual(expected);
    }
    wire.handle = (response) => raw(response, 206, file.slice(offset), { 'content-range': `bytes ${offset}-/*` });
    expect(await read(native, 'f', offset)).toEqual(expected);
    expect(wire.seen.at(-1)!.headers.range).toBe(`bytes=${offset}-`);
  });

  it('needs get and post of a client', async () => {
    await start((response) => json(response, 200, {}));
    const create = { create: () => Promise.resolve({}) };
    const client = { chat: { completions: create }, responses: create, embeddings: create, baseURL: `${wire.url}/v1` };
    const native = nativeOf(openai({ client, defaultModel: 'm' }));
    expect(await failing(native, 'poll', native.poll('b', within()))).toMatchObject({
      kind: 'stop',
      error: { message: expect.stringContaining('get, post and delete') },
    });
  });
});

describe('the choice of auto', () => {
  it.each([
    [{}, true, 'OpenAI'],
    [{ baseURL: 'https://eu.api.openai.com/v1' }, true, 'OpenAI'],
    [{ baseURL: 'https://api.groq.com/openai/v1' }, false, 'api.groq.com'],
    [{ azure: { endpoint: 'https://x.openai.azure.com', apiVersion: 'v' } }, true, 'Azure'],
    [
      { azure: { endpoint: 'https://x.openai.azure.com', apiVersion: 'v' }, endpoint: 'embeddings' },
      false,
      'embeddings',
    ],
    [{ endpoint: 'embeddings' }, true, 'OpenAI'],
  ])('%j: %s', (options, sensible, word) => {
    const { auto } = openai({ apiKey: key, ...options }).native!;
    expect(auto.sensible).toBe(sensible);
    expect(auto.reason).toContain(word);
  });

  it('refuses options that cannot be', () => {
    expect(() => openai({ inputFileExpirySeconds: 60 })).toThrow(
      'expected "inputFileExpirySeconds" to be whole seconds',
    );
    expect(() => openai({ nativeCaps: { maxRequests: 0 } })).toThrow(
      'expected "nativeCaps.maxRequests" to be a number',
    );
    expect(() => openai({ nativeCaps: { maxLines: 5 } as object })).toThrow('has no field "maxLines"');
    expect(openai({ nativeCaps: { maxRequests: 5, enqueuedTokens: 9 } }).native!.caps).toMatchObject({
      ...{ maxRequests: 5, maxBytes: 199_000_000, enqueuedTokens: 9 },
    });
  });
});
