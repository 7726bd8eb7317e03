import '../../support/node-dispatcher.js';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GoogleGenAI as GenAI2 } from '@google/genai';
import { GoogleGenAI as GenAI3 } from 'genai-3';
import { geminiFaults as faults } from '../../../lib/testing/fake-gemini/gemini-faults.js';
import { startFakeGemini } from '../../../lib/testing/fake-gemini/start-fake-gemini.js';
import { ManualClock } from '../../../lib/testing/fake-server/clock.js';
import type { FakeServer } from '../../../lib/testing/fake-server/fake-server.js';
import { geminiSchemas } from '../../support/api-description.js';

const schemas = geminiSchemas();
const isFile = schemas('File');
const isFileList = schemas('ListFilesResponse');
const mimeType = 'application/jsonl';

describe.each([
  ['genai 2', GenAI2],
  ['genai 3', GenAI3 as unknown as typeof GenAI2],
])('files, through %s', (_name, GenAI) => {
  const clock = new ManualClock();
  let server: FakeServer;
  let ai: GenAI2;
  let folder: string;

  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'files-spec-'))));
  afterAll(() => rm(folder, { recursive: true }));
  beforeEach(async () => {
    server = await startFakeGemini({ clock });
    ai = new GenAI({ apiKey: 'any', httpOptions: { baseUrl: server.url } });
  });
  afterEach(() => server.close());

  const raw = async (path: string): Promise<Response> =>
    fetch(server.url + path, { headers: { 'x-goog-api-key': 'any' } });

  it('takes a file in several pieces', async () => {
    const path = join(folder, 'big.jsonl');
    const content = 'grüße\r\n'.repeat(1_200_000);
    await writeFile(path, content);
    const file = await ai.files.upload({
      file: path,
      config: { mimeType, displayName: 'shard 1', name: 'files/run-1' },
    });
    expect(file).toMatchObject({
      name: 'files/run-1',
      displayName: 'shard 1',
      state: 'ACTIVE',
      sizeBytes: String(Buffer.byteLength(content)),
    });
    expect(server.ledger.entries.map(({ operation }) => operation)).toEqual([
      'files.create',
      'files.upload',
      'files.upload',
    ]);
    const body = await (await raw('/v1beta/files/run-1')).json();
    expect(isFile(body)).toEqual([]);
    expect(body).toMatchObject({ source: 'UPLOADED', mimeType });
  });

  it('lists newest first and page by page, gets and deletes', async () => {
    for (const n of [1, 2, 3])
      await ai.files.upload({ file: new Blob(['{}']), config: { mimeType, name: `files/f-${n}` } });
    const names: (string | undefined)[] = [];
    for await (const file of await ai.files.list({ config: { pageSize: 2 } })) names.push(file.name);
    expect(names).toEqual(['files/f-3', 'files/f-2', 'files/f-1']);
    expect(isFileList(await (await raw('/v1beta/files?pageSize=2')).json())).toEqual([]);
    expect((await ai.files.get({ name: 'files/f-2' })).name).toBe('files/f-2');
    await ai.files.delete({ name: 'files/f-2' });
    await expect(ai.files.get({ name: 'files/f-2' })).rejects.toMatchObject({ status: 403 });
  });

  it('forgets a file after 48 hours', async () => {
    await ai.files.upload({ file: new Blob(['{}']), config: { mimeType, name: 'files/old' } });
    clock.advance(48 * 3_600_000);
    await expect(ai.files.get({ name: 'files/old' })).rejects.toMatchObject({ status: 403 });
  });

  it('refuses a name that is taken or no name, and a download of an upload', async () => {
    const upload = (name: string): Promise<unknown> =>
      ai.files.upload({ file: new Blob(['{}']), config: { mimeType, name } });
    await upload('files/mine');
    // The SDKs read the answer to the start of an upload only for its headers.
    await expect(upload('files/mine')).rejects.toBeDefined();
    await expect(upload('files/Not_Allowed')).rejects.toBeDefined();
    expect(server.ledger.entries.slice(-2).map(({ status }) => status)).toEqual([409, 400]);
    expect((await raw('/v1beta/files/mine:download?alt=media')).status).toBe(400);
  });

  it('fails the start of an upload, and its bytes', async () => {
    server.setFaults([
      { on: 'files.create', fault: faults.serverError(), times: 1 },
      { on: 'files.upload', fault: faults.overloaded(), times: 1 },
    ]);
    const upload = (): Promise<unknown> =>
      ai.files.upload({ file: new Blob(['{}']), config: { mimeType, name: 'files/a' } });
    await expect(upload()).rejects.toBeDefined();
    await expect(upload()).rejects.toBeDefined();
    await upload();
    expect(server.ledger.entries.map(({ status }) => status)).toEqual([500, 200, 503, 200, 200]);
  });

  it('downloads what a batch produced, by both paths', async () => {
    const line = { key: 'a', request: { contents: [{ parts: [{ text: 'hi' }] }] } };
    const { name } = await ai.files.upload({ file: new Blob([JSON.stringify(line)]), config: { mimeType } });
    const { name: batch } = await ai.batches.create({ model: 'gemini-2.5-flash', src: { fileName: name! } });
    clock.advance(1_000);
    const { dest } = await ai.batches.get({ name: batch! });
    const downloadPath = join(folder, 'out.jsonl');
    await ai.files.download({ file: dest!.fileName!, downloadPath });
    const text = await readFile(downloadPath, 'utf8');
    expect(JSON.parse(text)).toMatchObject({ key: 'a', response: { candidates: [{}] } });
    expect(await (await raw(`/download/v1beta/${dest!.fileName!}:download?alt=media`)).text()).toBe(text);
    expect(await (await raw(`/v1beta/${dest!.fileName!}`)).json()).toMatchObject({ source: 'GENERATED' });
  });
});

it('says how much of an upload has come, and refuses a wrong offset', async () => {
  await using server = await startFakeGemini();
  const send = (url: string, headers: Record<string, string>, body = ''): Promise<Response> =>
    fetch(url, { method: 'POST', headers: { 'x-goog-api-key': 'any', ...headers }, body });
  const start = await send(
    `${server.url}/upload/v1beta/files`,
    { 'x-goog-upload-protocol': 'resumable', 'x-goog-upload-command': 'start' },
    JSON.stringify({ file: { displayName: 'x' } }),
  );
  const url = start.headers.get('x-goog-upload-url')!;
  const part = await send(url, { 'x-goog-upload-command': 'upload', 'x-goog-upload-offset': '0' }, 'abc');
  expect(part.headers.get('x-goog-upload-status')).toBe('active');
  const query = await send(url, { 'x-goog-upload-command': 'query' });
  expect(query.headers.get('x-goog-upload-size-received')).toBe('3');
  expect((await send(url, { 'x-goog-upload-command': 'upload', 'x-goog-upload-offset': '1' }, 'x')).status).toBe(400);
  const end = await send(url, { 'x-goog-upload-command': 'upload, finalize', 'x-goog-upload-offset': '3' }, 'def');
  expect(end.headers.get('x-goog-upload-status')).toBe('final');
  expect(await end.json()).toMatchObject({ file: { sizeBytes: '6', displayName: 'x' } });
  expect((await send(url, { 'x-goog-upload-command': 'query' })).status).toBe(404);
});
