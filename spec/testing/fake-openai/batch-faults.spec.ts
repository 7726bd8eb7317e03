import { setTimeout as delay } from 'node:timers/promises';
import OpenAI, { toFile } from 'openai';
import { openaiFaults as faults } from '../../../lib/testing/fake-openai/openai-faults.js';
import { startFakeOpenAI } from '../../../lib/testing/fake-openai/start-fake-openai.js';
import type { BatchOptions } from '../../../lib/testing/fake-server/batch-options.js';
import { ManualClock } from '../../../lib/testing/fake-server/clock.js';
import type { FakeServer } from '../../../lib/testing/fake-server/fake-server.js';
import { afterwards, type FaultPlan } from '../../../lib/testing/fake-server/fault.js';
import { fromJsonl, toJsonl } from '../../support/jsonl.js';

const url = '/v1/chat/completions';
let clock: ManualClock;
let server: FakeServer;
let client: OpenAI;

async function start(batches: BatchOptions, plan: FaultPlan = []): Promise<void> {
  clock = new ManualClock();
  server = await startFakeOpenAI({ clock, batches: { shuffle: false, ...batches }, faults: plan });
  client = new OpenAI({ baseURL: server.url, apiKey: 'any', maxRetries: 0 });
}

afterEach(() => server.close());

async function create(
  count: number,
  metadata: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<OpenAI.Batch> {
  const body = (n: number): object => ({ model: 'm', messages: [{ role: 'user', content: `question ${n}` }] });
  const lines = Array.from({ length: count }, (_, n) => ({ custom_id: `r-${n}`, method: 'POST', url, body: body(n) }));
  const file = await client.files.create({
    file: await toFile(Buffer.from(toJsonl(lines)), 'in.jsonl'),
    purpose: 'batch',
  });
  const order = { input_file_id: file.id, endpoint: url, completion_window: '24h', metadata } as const;
  return client.batches.create(order, { signal: signal ?? null });
}

async function finish(count: number): Promise<OpenAI.Batch> {
  const { id } = await create(count);
  clock.advance(1_000);
  return client.batches.retrieve(id);
}

async function read(id: string | null | undefined): Promise<Record<string, unknown>[]> {
  return fromJsonl(await (await client.files.content(id!)).text());
}

const ids = (lines: readonly Record<string, unknown>[]): unknown[] => lines.map((line) => line['custom_id']);

it('leaves lines out, doubles them, and adds foreign ones', async () => {
  await start({ foreignLines: 2 }, [
    { on: 'batch.line', fault: faults.missingLine(), requests: 2 },
    { on: 'batch.line', fault: faults.duplicateLine(), match: 'question 2' },
  ]);
  const batch = await finish(4);
  expect(ids(await read(batch.output_file_id))).toEqual(['r-0', 'r-2', 'r-2', 'r-3', 'foreign-1', 'foreign-2']);
  expect(batch.request_counts).toEqual({ total: 4, completed: 4, failed: 0 });
  expect(server.ledger.billedCount).toBe(4);
});

it('fails lines by status, without a response, and with status 0', async () => {
  await start({}, [
    { on: 'batch.line', fault: faults.badRequest(), requests: 1 },
    { on: 'batch.line', fault: faults.lineError(), requests: 2 },
    { on: 'batch.line', fault: faults.statusZeroLine(), requests: 3 },
    { on: 'batch.line', fault: faults.rateLimit(), requests: 4 },
  ]);
  const batch = await finish(5);
  expect(batch.request_counts).toEqual({ total: 5, completed: 2, failed: 3 });
  expect(await read(batch.error_file_id)).toMatchObject([
    { custom_id: 'r-0', response: { status_code: 400, body: { error: { code: 'invalid_value' } } }, error: null },
    { custom_id: 'r-1', response: null, error: { code: 'server_error' } },
    { custom_id: 'r-3', response: { status_code: 429 } },
  ]);
  expect(await read(batch.output_file_id)).toMatchObject([
    { custom_id: 'r-2', response: { status_code: 0, body: null } },
    { custom_id: 'r-4', response: { status_code: 200 } },
  ]);
  expect(server.ledger.billedCount).toBe(1);
});

it('carries refused and filtered answers in good lines, and keeps the line whole whatever the fault', async () => {
  await start({}, [
    { on: 'batch.line', fault: faults.refusal(), requests: 1 },
    { on: 'batch.line', fault: faults.truncatedJson(), requests: 2 },
    { on: 'batch.line', fault: faults.emptyBody(), requests: 3 },
  ]);
  const [refused, truncated, empty] = await read((await finish(3)).output_file_id);
  expect(refused).toMatchObject({ response: { body: { choices: [{ message: { content: null } }] } } });
  expect(truncated).toMatchObject({ response: { body: expect.stringContaining('chatcmpl') } });
  expect(empty).toMatchObject({ response: { body: '' } });
});

it('fails lines at their first attempt and lets them pass in the next batch', async () => {
  await start({}, [{ on: 'batch.line', fault: faults.serverError(), firstAttempts: 1 }]);
  expect((await finish(3)).request_counts!.failed).toBe(3);
  expect((await finish(3)).request_counts!.failed).toBe(0);
});

it('names its files late', async () => {
  await start({ lateOutputMs: 60_000 });
  const batch = await finish(2);
  expect(batch).toMatchObject({ status: 'completed', output_file_id: null });
  clock.advance(60_000);
  expect((await client.batches.retrieve(batch.id)).output_file_id).toMatch(/^file-/);
});

it.each([
  ['null' as const, null],
  ['absent' as const, undefined],
  ['empty-string' as const, ''],
])('says that there are no errors by %s', async (noErrors, expected) => {
  await start({ noErrors });
  expect((await finish(1)).error_file_id).toBe(expected);
});

it('says that there are no errors by an empty file', async () => {
  await start({ noErrors: 'empty-file' });
  expect(await read((await finish(1)).error_file_id)).toEqual([]);
});

it('reports counts that are not true, or none', async () => {
  await start({ counts: ({ total }) => ({ total, completed: total, failed: 0 }), stuckIn: 'running' });
  expect((await finish(2)).request_counts).toEqual({ total: 2, completed: 2, failed: 0 });
  server.setBatches({ counts: () => null });
  expect((await finish(2)).request_counts).toBeNull();
});

it.each(['validating' as const, 'running' as const, 'finalizing' as const])(
  'sticks in %s until it expires',
  async (stuckIn) => {
    await start({ stuckIn });
    const { id, status } = await finish(2);
    expect(status).toBe(stuckIn === 'running' ? 'in_progress' : stuckIn);
    clock.advance(24 * 3_600_000);
    expect((await client.batches.retrieve(id)).status).toBe('expired');
  },
);

it('fails with reasons of one’s own, batch by batch', async () => {
  const failWith = [{ code: 'model_not_found', message: 'gone', line: 1 }];
  await start({ script: ({ n, marker }) => (n === 2 || (marker as { bad?: string }).bad ? { failWith } : {}) });
  expect((await finish(1)).status).toBe('completed');
  expect(await finish(1)).toMatchObject({
    status: 'failed',
    errors: { data: [{ code: 'model_not_found', message: 'gone', line: 1 }] },
  });
  const { id } = await create(1, { bad: 'yes' });
  clock.advance(1_000);
  expect((await client.batches.retrieve(id)).status).toBe('failed');
});

it('shows a new batch in the list only after a while', async () => {
  await start({ listLagMs: 30_000 });
  const { id } = await create(1);
  expect((await client.batches.list()).data).toEqual([]);
  expect((await client.batches.retrieve(id)).id).toBe(id);
  clock.advance(30_000);
  expect((await client.batches.list()).data).toHaveLength(1);
});

it.each([
  ['a 500 after it', afterwards(faults.serverError()), 1],
  ['a reset after it', faults.reset({ billed: true }), 1],
  ['a hang after it', faults.hang({ billed: true }), 1],
  ['half an answer', faults.cut(), 1],
  ['a 500 instead', faults.serverError(), 0],
  ['a reset instead', faults.reset(), 0],
  ['a 429', faults.rateLimit(), 0],
])('leaves a creation in doubt: %s', async (_what, fault, created) => {
  await start({}, [{ on: 'batches.create', fault, times: 1 }]);
  const patience = new AbortController();
  const creation = create(1, { shard: '7' }, patience.signal);
  creation.catch(() => undefined);
  while (!server.ledger.entries.some(({ operation }) => operation === 'batches.create')) await delay(1);
  setTimeout(() => patience.abort(), 40);
  await expect(creation).rejects.toBeDefined();
  const { data } = await client.batches.list();
  expect(data.map(({ metadata }) => metadata)).toEqual(Array(created).fill({ shard: '7' }));
  expect(server.ledger.batches).toHaveLength(created);
});

it('fails polls, lists, cancels and downloads on the way', async () => {
  const on = ['batches.get', 'batches.list', 'batches.cancel', 'files.content'] as const;
  await start({}, [{ on, fault: faults.overloaded(), firstAttempts: 1 }]);
  const { id } = await create(1);
  await expect(client.batches.retrieve(id)).rejects.toMatchObject({ status: 503 });
  await client.batches.retrieve(id);
  await expect(client.batches.list()).rejects.toMatchObject({ status: 503 });
  await expect(client.batches.cancel(id)).rejects.toMatchObject({ status: 503 });
  clock.advance(1_000);
  const { output_file_id } = await client.batches.retrieve(id);
  await expect(client.files.content(output_file_id!)).rejects.toMatchObject({ status: 503 });
  expect(await read(output_file_id)).toHaveLength(1);
});

it('runs 20,000 lines at a good pace, its files on disk', async () => {
  await start({});
  const batch = await finish(20_000);
  expect(batch.request_counts!.completed).toBe(20_000);
  expect((await client.files.retrieve(batch.output_file_id!)).bytes).toBeGreaterThan(10_000_000);
  expect(server.ledger.billedPerItem().size).toBe(20_000);
});

it('knows one body whether it came as a request or as a line', async () => {
  await start({});
  await finish(1);
  await client.chat.completions.create({ messages: [{ content: 'question 0', role: 'user' }], model: 'm' });
  expect([...server.ledger.billedPerKey().values()]).toEqual([2]);
});
