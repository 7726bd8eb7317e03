import OpenAI6, { toFile } from 'openai';
import OpenAI7 from 'openai-7';
import { startFakeOpenAI } from '../../../lib/testing/fake-openai/start-fake-openai.js';
import { ManualClock } from '../../../lib/testing/fake-server/clock.js';
import type { FakeServer } from '../../../lib/testing/fake-server/fake-server.js';
import type { FakeServerOptions } from '../../../lib/testing/fake-server/options.js';
import { openaiSchemas } from '../../support/api-description.js';
import { fromJsonl, toJsonl } from '../../support/jsonl.js';

const schemas = openaiSchemas();
const isBatch = schemas('Batch');
const isBatchList = schemas('ListBatchesResponse');
const isLine = schemas('BatchRequestOutput');
const isCompletion = schemas('CreateChatCompletionResponse');

interface OutputLine {
  readonly custom_id: string;
  readonly response: { readonly status_code: number; readonly body: Record<string, unknown> } | null;
  readonly error: { readonly code: string } | null;
}

const url = '/v1/chat/completions';
const chatLine = (n: number, model = 'gpt-4o-mini'): Record<string, unknown> => ({
  custom_id: `r-${n}`,
  method: 'POST',
  url,
  body: { model, messages: [{ role: 'user', content: `question ${n}` }] },
});
const chatLines = (count: number): Record<string, unknown>[] => Array.from({ length: count }, (_, n) => chatLine(n));
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe.each([
  ['openai 6', OpenAI6],
  ['openai 7', OpenAI7 as unknown as typeof OpenAI6],
])('batches, through %s', (_name, OpenAI) => {
  let clock: ManualClock;
  let server: FakeServer;
  let client: OpenAI6;

  const start = async (options: FakeServerOptions = {}): Promise<void> => {
    clock = new ManualClock();
    server = await startFakeOpenAI({ clock, ...options });
    client = new OpenAI({ baseURL: server.url, apiKey: 'any', maxRetries: 0 });
  };
  afterEach(() => server.close());

  const create = async (lines: readonly unknown[], more: object = {}): Promise<OpenAI6.Batch> => {
    const file = await client.files.create({
      file: await toFile(Buffer.from(toJsonl(lines)), 'in.jsonl'),
      purpose: 'batch',
    });
    return client.batches.create({ input_file_id: file.id, endpoint: url, completion_window: '24h', ...more });
  };

  const get = async (id: string): Promise<OpenAI6.Batch> => {
    const batch = await client.batches.retrieve(id);
    expect(isBatch(plain(batch))).toEqual([]);
    return batch;
  };

  const read = async (id: string | null | undefined): Promise<OutputLine[]> => {
    const lines = fromJsonl<OutputLine>(await (await client.files.content(id!)).text());
    for (const line of lines) expect(isLine(line)).toEqual([]);
    return lines;
  };

  const idsOf = (lines: readonly OutputLine[]): string[] => lines.map((line) => line.custom_id).sort();

  it('goes from validating to completed as the clock goes', async () => {
    await start({ batches: { validatingMs: 1_000, runMsPerRequest: 100, finalizingMs: 2_000 } });
    const created = await create(chatLines(10), { metadata: { run: 'x', shard: '1' } });
    expect(isBatch(plain(created))).toEqual([]);
    expect(created).toMatchObject({
      status: 'validating',
      metadata: { run: 'x', shard: '1' },
      completion_window: '24h',
    });
    expect(created.expires_at).toBe(created.created_at + 86_400);
    clock.advance(999);
    expect(await get(created.id)).toMatchObject({ status: 'validating', request_counts: { total: 0 } });
    clock.advance(1);
    expect(await get(created.id)).toMatchObject({ status: 'in_progress', request_counts: { total: 10, completed: 0 } });
    clock.advance(350);
    expect(await get(created.id)).toMatchObject({
      request_counts: { total: 10, completed: 3, failed: 0 },
      model: 'gpt-4o-mini',
    });
    clock.advance(650);
    const finalizing = await get(created.id);
    expect(finalizing).toMatchObject({ status: 'finalizing', request_counts: { completed: 10 }, output_file_id: null });
    clock.advance(2_000);
    const done = await get(created.id);
    expect(done).toMatchObject({
      status: 'completed',
      error_file_id: null,
      usage: { input_tokens: 30, output_tokens: 40 },
    });
    const lines = await read(done.output_file_id);
    expect(idsOf(lines)).toEqual(idsOf(chatLines(10) as unknown as OutputLine[]));
    for (const { response, custom_id: id } of lines) {
      expect(isCompletion(response!.body)).toEqual([]);
      expect(JSON.stringify(response!.body)).toContain(`echo: question ${id.slice(2)}`);
    }
    expect(server.ledger.billedCount).toBe(10);
    expect([...server.ledger.billedPerItem().values()]).toEqual(Array(10).fill(1));
    expect(server.ledger.batches).toMatchObject([{ id: created.id, status: 'completed', requests: 10, billed: 10 }]);
    expect(await client.files.retrieve(done.output_file_id!)).toMatchObject({ purpose: 'batch_output' });
  });

  it('gives the same life to a clock that jumps', async () => {
    await start({ batches: { validatingMs: 1_000, runMsPerRequest: 100, finalizingMs: 2_000 } });
    const { id, created_at } = await create(chatLines(10));
    clock.advance(3_600_000);
    expect(await get(id)).toMatchObject({
      status: 'completed',
      in_progress_at: created_at + 1,
      finalizing_at: created_at + 2,
      completed_at: created_at + 4,
    });
  });

  it('runs by itself on the machine’s clock, watched or not', async () => {
    server = await startFakeOpenAI({ batches: { validatingMs: 5, finalizingMs: 5 } });
    client = new OpenAI({ baseURL: server.url, apiKey: 'any', maxRetries: 0 });
    await create(chatLines(20));
    while (server.ledger.batches[0]!.status !== 'completed') await new Promise((resolve) => setTimeout(resolve, 5));
    expect(server.ledger.billedCount).toBe(20);
  });

  it('writes its output in another order, which the seed repeats', async () => {
    const orders: string[][] = [];
    for (const shuffle of [true, true, false]) {
      await start({ batches: { shuffle } });
      const { id } = await create(chatLines(20));
      clock.advance(1_000);
      orders.push((await read((await get(id)).output_file_id)).map((line) => line.custom_id));
      await server.close();
    }
    expect(orders[0]).toEqual(orders[1]);
    expect(orders[2]).toEqual(chatLines(20).map((line) => line['custom_id']));
    expect(orders[0]).not.toEqual(orders[2]);
  });

  it('runs responses and embeddings too', async () => {
    await start();
    const input = { model: 'm', input: 'hello' };
    for (const endpoint of ['/v1/responses', '/v1/embeddings'] as const) {
      const { id } = await create([{ custom_id: 'a', method: 'POST', url: endpoint, body: input }], { endpoint });
      clock.advance(1_000);
      const [line] = await read((await get(id)).output_file_id);
      expect(line!.response).toMatchObject({ status_code: 200, body: { model: 'm' } });
    }
  });

  it('puts requests that fail into the error file', async () => {
    await start();
    const { id } = await create([chatLine(0), { ...chatLine(1), body: { model: 'gpt-4o-mini', messages: [] } }]);
    clock.advance(1_000);
    const batch = await get(id);
    expect(batch.request_counts).toEqual({ total: 2, completed: 1, failed: 1 });
    expect(idsOf(await read(batch.output_file_id))).toEqual(['r-0']);
    expect(await read(batch.error_file_id)).toMatchObject([
      { custom_id: 'r-1', response: { status_code: 400 }, error: null },
    ]);
  });

  it('names no output file where nothing succeeded', async () => {
    await start();
    const { id } = await create([{ ...chatLine(1), body: { model: 'gpt-4o-mini' } }]);
    clock.advance(1_000);
    expect(await get(id)).toMatchObject({
      status: 'completed',
      output_file_id: null,
      error_file_id: expect.any(String),
    });
  });

  it.each([
    ['invalid_json_line', [chatLine(0), '{"custom_id":'], 2],
    ['duplicate_custom_id', [chatLine(0), chatLine(1), chatLine(0)], 3],
    ['model_mismatch', [chatLine(0), chatLine(1, 'other')], 2],
    ['model_not_found', [chatLine(0, 'none')], 1],
    ['url_mismatch', [{ ...chatLine(0), url: '/v1/responses' }], 1],
    ['missing_required_parameter', [{ method: 'POST', url }], 1],
    ['invalid_method', [{ ...chatLine(0), method: 'GET' }], 1],
    ['empty_file', [], null],
    ['too_many_tasks', chatLines(6), null],
  ])('fails as a whole: %s', async (code, lines, line) => {
    await start({ models: ['gpt-4o-mini', 'other'], batches: { maxRequests: 5 } });
    const { id } = await create(lines);
    clock.advance(1_000);
    const batch = await get(id);
    expect(batch).toMatchObject({ status: 'failed', output_file_id: null, request_counts: { total: 0 } });
    expect(batch.errors!.data).toMatchObject([{ code, line }]);
    expect(server.ledger.billedCount).toBe(0);
  });

  it('counts the texts of embedding batches', async () => {
    await start({ batches: { maxEmbeddingInputs: 3 } });
    const line = {
      custom_id: 'a',
      method: 'POST',
      url: '/v1/embeddings',
      body: { model: 'm', input: ['a', 'b', 'c', 'd'] },
    };
    const { id } = await create([line], { endpoint: '/v1/embeddings' });
    clock.advance(1_000);
    expect((await get(id)).errors!.data![0]!.code).toBe('too_many_tasks');
  });

  it('fails a batch beyond the enqueued tokens, late, until another has ended', async () => {
    await start({ batches: { enqueuedTokens: 40, runMs: 60_000 } });
    const [first, second] = [await create(chatLines(10)), await create(chatLines(10))];
    clock.advance(1_000);
    expect(await get(first.id)).toMatchObject({ status: 'in_progress' });
    const late = await get(second.id);
    expect(late).toMatchObject({ status: 'failed', errors: { data: [{ code: 'token_limit_exceeded', line: null }] } });
    expect(late.errors!.data![0]!.message).toMatch(
      /^Enqueued token limit reached for gpt-4o-mini .* Limit: 40 enqueued tokens/,
    );
    clock.advance(60_000);
    const third = await create(chatLines(10));
    clock.advance(1_000);
    expect(await get(third.id)).toMatchObject({ status: 'in_progress' });
    expect(server.ledger.maxEnqueuedTokens).toBe(30);
  });

  it('expires with what was done, and says of the rest that it was not', async () => {
    await start({ batches: { runMsPerRequest: 60_000, expiresAfterMs: 241_000, validatingMs: 1_000 } });
    const { id } = await create(chatLines(10));
    clock.advance(300_000);
    const batch = await get(id);
    expect(batch).toMatchObject({ status: 'expired', request_counts: { total: 10, completed: 4 } });
    const [output, errors] = [await read(batch.output_file_id), await read(batch.error_file_id)];
    expect([output.length, errors.length]).toEqual([4, 6]);
    expect(errors[0]).toMatchObject({ response: null, error: { code: 'batch_expired' } });
    expect(idsOf([...output, ...errors])).toHaveLength(10);
    expect(server.ledger.billedCount).toBe(4);
  });

  it('cancels with what was done', async () => {
    await start({ batches: { runMsPerRequest: 60_000, cancellingMs: 5_000, validatingMs: 1_000 } });
    const { id } = await create(chatLines(10));
    clock.advance(181_000);
    expect(await client.batches.cancel(id)).toMatchObject({ status: 'cancelling' });
    clock.advance(4_999);
    expect(await get(id)).toMatchObject({ status: 'cancelling' });
    clock.advance(1);
    const batch = await get(id);
    expect(batch).toMatchObject({ status: 'cancelled', request_counts: { completed: 3 } });
    expect(await read(batch.output_file_id)).toHaveLength(3);
    await expect(client.batches.cancel(id)).rejects.toMatchObject({ status: 409 });
    expect(server.ledger.billedCount).toBe(3);
  });

  it('completes where a cancel comes too late', async () => {
    await start({ batches: { runMsPerRequest: 60_000, cancelLosesRace: true } });
    const { id } = await create(chatLines(3));
    clock.advance(1_000);
    expect(await client.batches.cancel(id)).toMatchObject({ status: 'cancelling' });
    clock.advance(1_000);
    expect(await get(id)).toMatchObject({ status: 'completed', request_counts: { completed: 3 } });
  });

  it('lists newest first, page by page', async () => {
    await start();
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.unshift((await create(chatLines(1), { metadata: { n: String(n) } })).id);
    const seen: string[] = [];
    for await (const batch of client.batches.list({ limit: 2 })) seen.push(batch.id);
    expect(seen).toEqual(ids);
    const first = await client.batches.list({ limit: 2 });
    expect(
      isBatchList({ object: 'list', ...(plain(first) as object), options: undefined }).filter(
        (e) => !e.includes('unevaluated'),
      ),
    ).toEqual([]);
    expect(first.data[0]!.metadata).toEqual({ n: '4' });
    await expect(client.batches.list({ limit: 101 })).rejects.toMatchObject({ status: 400 });
  });

  it.each([
    ['an unknown file', { input_file_id: 'file-none' }],
    ['an unknown endpoint', { endpoint: '/v1/dance' }],
    ['another window', { completion_window: '1h' }],
    ['too much metadata', { metadata: Object.fromEntries(Array.from({ length: 17 }, (_, n) => [n, 'x'])) }],
    ['long metadata', { metadata: { key: 'x'.repeat(513) } }],
  ])('refuses to create with %s', async (_what, more) => {
    await start();
    await expect(create(chatLines(1), more)).rejects.toMatchObject({ status: 400 });
    expect(server.ledger.batches).toEqual([]);
  });

  it('refuses the creation after the hour’s last', async () => {
    await start({ batches: { creationsPerHour: 2 } });
    const { input_file_id } = await create(chatLines(1));
    const again = (): Promise<unknown> =>
      client.batches.create({ input_file_id, endpoint: url, completion_window: '24h' });
    await again();
    const refusal = again();
    await expect(refusal).rejects.toMatchObject({ status: 429 });
    const failure = (await refusal.catch((error: unknown) => error)) as { headers: Headers };
    expect(failure.headers.get('retry-after')).toBe('1800');
    clock.advance(1_800_000);
    await again();
  });

  it('refuses more batches at once than allowed', async () => {
    await start({ batches: { maxConcurrent: 1 } });
    await create(chatLines(1));
    await expect(create(chatLines(1))).rejects.toMatchObject({ status: 429 });
    clock.advance(1_000);
    await create(chatLines(1));
  });
});
