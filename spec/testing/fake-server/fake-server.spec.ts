import { existsSync, readdirSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openaiFaults } from '../../../lib/testing/fake-openai/openai-faults.js';
import { startFakeOpenAI } from '../../../lib/testing/fake-openai/start-fake-openai.js';

function post(url: string, content: string, signal?: AbortSignal): Promise<Response> {
  const headers = { authorization: 'Bearer any', 'content-type': 'application/json' };
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content }] });
  return fetch(`${url}/chat/completions`, { method: 'POST', headers, body, ...(signal && { signal }) });
}

it('listens on the port asked for and says so when it is taken', async () => {
  await using server = await startFakeOpenAI();
  expect(server.url).toBe(`http://127.0.0.1:${server.port}/v1`);
  await expect(startFakeOpenAI({ port: server.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

it('closes in mid-answer', async () => {
  const server = await startFakeOpenAI({ faults: [{ fault: openaiFaults.hang() }] });
  const request = post(server.url, 'hi');
  while (server.ledger.requests === 0) await delay(1);
  await Promise.all([expect(request).rejects.toBeDefined(), server.close()]);
});

it('answers and bills nothing more once it is closed', async () => {
  const server = await startFakeOpenAI();
  server.pause();
  const request = post(server.url, 'hi');
  while (server.ledger.requests === 0) await delay(1);
  await Promise.all([expect(request).rejects.toBeDefined(), server.close()]);
  await delay(5);
  expect(server.ledger.billedCount).toBe(0);
});

it('removes its temporary files', async () => {
  const before = readdirSync(tmpdir());
  const server = await startFakeOpenAI();
  const body = new FormData();
  body.set('purpose', 'batch');
  body.set('file', new File(['{}'], 'a.jsonl'));
  await fetch(`${server.url}/files`, { method: 'POST', headers: { authorization: 'Bearer any' }, body });
  const made = readdirSync(tmpdir()).filter((name) => name.startsWith('openapi-batch-fake-') && !before.includes(name));
  await server.close();
  const left = made.filter((name) => existsSync(join(tmpdir(), name)));
  expect(made.length).toBeGreaterThan(0);
  expect(left.length).toBeLessThan(made.length);
});

it('survives a client that leaves in mid-upload', async () => {
  await using server = await startFakeOpenAI();
  const headers = { authorization: 'Bearer any', 'content-type': 'multipart/form-data; boundary=b' };
  const upload = request(`${server.url}/files`, { method: 'POST', headers });
  upload.on('error', () => undefined);
  upload.write('--b\r\ncontent-disposition: form-data; name="file"; filename="a.jsonl"\r\n\r\nhalf of it');
  while (server.ledger.calls === 0) await delay(1);
  upload.destroy();
  expect((await post(server.url, 'hi')).status).toBe(200);
});

it('waits before an answer and counts what is in flight', async () => {
  await using server = await startFakeOpenAI({ latencyMs: (n) => n * 10 });
  const start = Date.now();
  await Promise.all(['a', 'b', 'c'].map(async (text) => (await post(server.url, text)).text()));
  expect(Date.now() - start).toBeGreaterThanOrEqual(29);
  expect(server.ledger).toMatchObject({ maxInFlight: 3, inFlight: 0, requests: 3 });
});

it('holds requests while it is paused', async () => {
  await using server = await startFakeOpenAI();
  server.pause();
  let answered = false;
  const request = post(server.url, 'hi').then(() => (answered = true));
  while (server.ledger.requests === 0) await delay(1);
  await delay(20);
  expect(answered).toBe(false);
  server.resume();
  await request;
});

it('bills what a client no longer waited for', async () => {
  await using server = await startFakeOpenAI({ latencyMs: 50 });
  const patience = new AbortController();
  const request = post(server.url, 'hi', patience.signal);
  request.catch(() => undefined);
  while (server.ledger.requests === 0) await delay(1);
  patience.abort();
  await expect(request).rejects.toBeDefined();
  await server.idle();
  expect(server.ledger.entries).toMatchObject([{ billed: true, delivered: false, tokens: 3 }]);
});

it('knows how often each distinct body was billed, whatever the order of its keys', async () => {
  await using server = await startFakeOpenAI({ faults: [{ fault: openaiFaults.serverError(), requests: 1 }] });
  for (const text of ['a', 'a', 'b', 'a']) await post(server.url, text);
  const body = JSON.stringify({ messages: [{ content: 'b', role: 'user' }], model: 'm' });
  await fetch(`${server.url}/chat/completions`, { method: 'POST', headers: { authorization: 'Bearer any' }, body });
  expect([...server.ledger.billedPerKey().values()]).toEqual([2, 2]);
  expect(server.ledger.billed()).toHaveLength(4);
  expect(server.ledger.statuses()).toEqual(new Map([[500, 1], [200, 4]])); // prettier-ignore
});

it.each([
  ['keys' as const, 2],
  ['counts' as const, 0],
])('with the memory %s remembers no entries', async (ledger, keys) => {
  await using server = await startFakeOpenAI({ ledger });
  for (const text of ['a', 'a', 'b']) await post(server.url, text);
  expect(server.ledger.entries).toEqual([]);
  expect(server.ledger.billedPerKey().size).toBe(keys);
  expect(server.ledger).toMatchObject({ requests: 3, billedCount: 3 });
});
