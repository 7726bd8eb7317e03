import { setTimeout as delay } from 'node:timers/promises';
import { geminiFaults as faults } from '../../../lib/testing/fake-gemini/gemini-faults.js';
import { startFakeGemini } from '../../../lib/testing/fake-gemini/start-fake-gemini.js';
import type { BatchOptions } from '../../../lib/testing/fake-server/batch-options.js';
import { ManualClock } from '../../../lib/testing/fake-server/clock.js';
import type { FakeServer } from '../../../lib/testing/fake-server/fake-server.js';
import { afterwards, type FaultPlan } from '../../../lib/testing/fake-server/fault.js';

type Json = Record<string, unknown>;

let clock: ManualClock;
let server: FakeServer;

async function start(batches: BatchOptions = {}, plan: FaultPlan = []): Promise<void> {
  clock = new ManualClock();
  server = await startFakeGemini({ clock, batches, faults: plan });
}

afterEach(() => server.close());

async function call(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<{ status: number; json: Json }> {
  const init = {
    method,
    headers: { 'x-goog-api-key': 'any' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  };
  const answer = await fetch(`${server.url}/v1beta/${path}`, { ...init, ...(signal && { signal }) });
  return { status: answer.status, json: (await answer.json()) as Json };
}

const create = (
  count: number,
  displayName = 'shard',
  signal?: AbortSignal,
): Promise<{ status: number; json: Json }> => {
  const requests = Array.from({ length: count }, (_, n) => ({
    key: `k-${n}`,
    request: { contents: [{ parts: [{ text: `question ${n}` }] }] },
  }));
  return call(
    'POST',
    'models/m:batchGenerateContent',
    { batch: { displayName, inputConfig: { requests: { requests } } } },
    signal,
  );
};

async function finish(count: number): Promise<Json> {
  const { json } = await create(count);
  clock.advance(1_000);
  return (await call('GET', String(json['name']))).json['metadata'] as Json;
}

const linesOf = (metadata: Json): Json[] => {
  const { inlinedResponses } = metadata['output'] as { inlinedResponses: { inlinedResponses: Json[] } };
  return inlinedResponses.inlinedResponses;
};

it('leaves lines out, doubles them, takes their keys, and adds foreign ones', async () => {
  await start({ foreignLines: 1 }, [
    { on: 'batch.line', fault: faults.missingLine(), requests: 1 },
    { on: 'batch.line', fault: faults.duplicateLine(), requests: 2 },
    { on: 'batch.line', fault: faults.keylessLine(), requests: 3 },
  ]);
  const metadata = await finish(4);
  expect(linesOf(metadata).map((line) => line['key'])).toEqual(['k-1', 'k-1', undefined, 'k-3', 'foreign-1']);
  expect(metadata['batchStats']).toEqual({ requestCount: '4', successfulRequestCount: '4' });
  expect(server.ledger.billedCount).toBe(4);
});

it('fails lines, blocks them, and changes their order', async () => {
  await start({ shuffle: true }, [
    { on: 'batch.line', fault: faults.overloaded(), match: 'question 0' },
    { on: 'batch.line', fault: faults.lineError(), match: 'question 1' },
    { on: 'batch.line', fault: faults.blockedPrompt(), match: 'question 2' },
  ]);
  const metadata = await finish(12);
  const lines = linesOf(metadata);
  const line = (key: string): Json => lines.find((each) => each['key'] === key)!;
  expect(line('k-0')).toMatchObject({ error: { code: 14, message: expect.stringContaining('overloaded') } });
  // 'question 1' is in 10 and 11 too.
  expect(line('k-11')).toMatchObject({ error: { code: 13 } });
  expect(line('k-2')).toMatchObject({ response: { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } } });
  expect(metadata['batchStats']).toMatchObject({ failedRequestCount: '4', successfulRequestCount: '8' });
  expect(lines.map(({ key }) => key)).not.toEqual(lines.map((_, n) => `k-${n}`));
});

it.each([
  ['a 500 after it', afterwards(faults.serverError()), 1],
  ['a reset after it', faults.reset({ billed: true }), 1],
  ['a hang after it', faults.hang({ billed: true }), 1],
  ['a 503 instead', faults.overloaded(), 0],
  ['a reset instead', faults.reset(), 0],
  ['a 429', faults.exhausted(), 0],
])('leaves a creation in doubt: %s', async (_what, fault, created) => {
  await start({}, [{ on: 'batches.create', fault, times: 1 }]);
  const patience = new AbortController();
  const creation = create(1, 'shard 7', patience.signal).catch(() => undefined);
  while (server.ledger.calls === 0) await delay(1);
  setTimeout(() => patience.abort(), 40);
  const result = await creation;
  expect(result?.status).not.toBe(200);
  const { operations } = (await call('GET', 'batches')).json as { operations: { metadata: Json }[] };
  expect(operations.map(({ metadata }) => metadata['displayName'])).toEqual(Array(created).fill('shard 7'));
});

it('fails polls and lists on the way, and sticks', async () => {
  await start({ stuckIn: 'validating' }, [
    { on: ['batches.get', 'batches.list'], fault: faults.rateLimit(), firstAttempts: 1 },
  ]);
  const { json } = await create(1);
  const name = String(json['name']);
  expect((await call('GET', name)).status).toBe(429);
  expect((await call('GET', 'batches')).status).toBe(429);
  clock.advance(47 * 3_600_000);
  expect((await call('GET', name)).json).toMatchObject({ metadata: { state: 'BATCH_STATE_PENDING' } });
  clock.advance(3_600_000);
  expect((await call('GET', name)).json).toMatchObject({ metadata: { state: 'BATCH_STATE_EXPIRED' } });
});

it('succeeds before it names its output, fails with reasons of one’s own, and is slow to show in the list', async () => {
  await start({
    lateOutputMs: 60_000,
    listLagMs: 5_000,
    script: ({ n }) => (n === 2 ? { failWith: [{ code: 'X', message: 'no luck' }] } : {}),
  });
  const { json } = await create(1);
  clock.advance(1_000);
  expect((await call('GET', String(json['name']))).json).toMatchObject({
    done: true,
    metadata: { state: 'BATCH_STATE_SUCCEEDED' },
  });
  expect((await call('GET', String(json['name']))).json['response']).toBeUndefined();
  expect((await call('GET', 'batches')).json).toEqual({ operations: [] });
  clock.advance(60_000);
  expect((await call('GET', String(json['name']))).json['response']).toBeDefined();
  const failed = await create(1);
  clock.advance(1_000);
  expect((await call('GET', String(failed.json['name']))).json).toMatchObject({ error: { message: 'no luck' } });
});
