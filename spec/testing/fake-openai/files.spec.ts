import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI6, { toFile } from 'openai';
import OpenAI7 from 'openai-7';
import { openaiFaults as faults } from '../../../lib/testing/fake-openai/openai-faults.js';
import { startFakeOpenAI } from '../../../lib/testing/fake-openai/start-fake-openai.js';
import { ManualClock } from '../../../lib/testing/fake-server/clock.js';
import type { FakeServer } from '../../../lib/testing/fake-server/fake-server.js';
import { openaiSchemas } from '../../support/api-description.js';

const schemas = openaiSchemas();
const isFile = schemas('OpenAIFile');
const isFileList = schemas('ListFilesResponse');
const isDeleted = schemas('DeleteFileResponse');

describe.each([
  ['openai 6', OpenAI6],
  ['openai 7', OpenAI7 as unknown as typeof OpenAI6],
])('files, through %s', (_name, OpenAI) => {
  const clock = new ManualClock();
  let server: FakeServer;
  let client: OpenAI6;
  let folder: string;

  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'files-spec-'))));
  afterAll(() => rm(folder, { recursive: true }));
  beforeEach(async () => {
    server = await startFakeOpenAI({ clock });
    client = new OpenAI({ baseURL: server.url, apiKey: 'any', maxRetries: 0 });
  });
  afterEach(() => server.close());

  const upload = async (content: string, name = 'in.jsonl'): Promise<OpenAI6.FileObject> =>
    client.files.create({ file: await toFile(Buffer.from(content), name), purpose: 'batch' });

  it('takes a stream from disk and gives the same bytes back', async () => {
    const path = join(folder, 'big.jsonl');
    const content = Array.from({ length: 40_000 }, (_, n) => `{"n":${n},"text":"grüße\\r\\n--"}`).join('\r\n');
    await writeFile(path, content);
    const file = await client.files.create({ file: createReadStream(path), purpose: 'batch' });
    expect(isFile(JSON.parse(JSON.stringify(file)))).toEqual([]);
    expect(file).toMatchObject({
      filename: 'big.jsonl',
      bytes: Buffer.byteLength(content),
      purpose: 'batch',
      status: 'processed',
    });
    expect(file.expires_at).toBe(file.created_at + 30 * 86_400);
    expect((await (await client.files.content(file.id)).text()) === content).toBe(true);
  });

  it('lists newest first, by purpose and page by page', async () => {
    for (const name of ['a.jsonl', 'b.jsonl', 'c.jsonl']) await upload('{}', name);
    await client.files.create({ file: await toFile(Buffer.from('x'), 'd.txt'), purpose: 'user_data' });
    const names: string[] = [];
    for await (const file of client.files.list({ purpose: 'batch', limit: 2 })) names.push(file.filename);
    expect(names).toEqual(['c.jsonl', 'b.jsonl', 'a.jsonl']);
    const list = await (
      await fetch(`${server.url}/files?order=asc`, { headers: { authorization: 'Bearer x' } })
    ).json();
    expect(isFileList(list)).toEqual([]);
    expect(list).toMatchObject({ data: [{ filename: 'a.jsonl' }, {}, {}, { filename: 'd.txt' }], has_more: false });
  });

  it('retrieves, deletes, and knows no more of what was deleted or has expired', async () => {
    const file = await upload('{}');
    expect(await client.files.retrieve(file.id)).toEqual(file);
    expect(isDeleted(JSON.parse(JSON.stringify(await client.files.delete(file.id))))).toEqual([]);
    await expect(client.files.retrieve(file.id)).rejects.toMatchObject({ status: 404 });
    const expires_after = { anchor: 'created_at' as const, seconds: 3_600 };
    const short = await client.files.create({
      file: await toFile(Buffer.from('{}'), 'a.jsonl'),
      purpose: 'batch',
      expires_after,
    });
    expect(short.expires_at).toBe(short.created_at + 3_600);
    clock.advance(3_600_000);
    await expect(client.files.content(short.id)).rejects.toMatchObject({ status: 404 });
  });

  it.each([
    ['a wrong purpose', 'a.jsonl', 'dance', {}],
    ['a name that is not .jsonl', 'a.txt', 'batch', {}],
    ['an expiry out of range', 'a.jsonl', 'batch', { expires_after: { anchor: 'created_at', seconds: 1 } }],
  ])('refuses %s', async (_what, name, purpose, more) => {
    const body = { file: await toFile(Buffer.from('{}'), name), purpose: purpose as 'batch', ...more };
    await expect(client.files.create(body as never)).rejects.toMatchObject({ status: 400 });
  });

  it('refuses a file above the limit', async () => {
    server.setBatches({ maxFileBytes: 10 });
    await upload('0123456789');
    await expect(upload('01234567890')).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('too large'),
    });
  });

  it('cuts a download after so many bytes', async () => {
    const { id } = await upload('x'.repeat(100_000));
    server.setFaults([{ on: 'files.content', fault: faults.cut({ bytes: 70_000 }), times: 1 }]);
    const { body } = await client.files.content(id);
    let bytes = 0;
    const read = async (): Promise<void> => {
      for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) bytes += chunk.length;
    };
    await expect(read()).rejects.toBeDefined();
    expect(bytes).toBeLessThanOrEqual(70_000);
    expect((await (await client.files.content(id)).text()).length).toBe(100_000);
  });

  it('resumes a download by range only where asked to', async () => {
    const { id } = await upload('0123456789');
    const range = async (): Promise<[number, string]> => {
      const answer = await client.files.content(id, { headers: { range: 'bytes=4-' } });
      return [answer.status, await answer.text()];
    };
    expect(await range()).toEqual([200, '0123456789']);
    server.setBatches({ rangeSupport: true });
    expect(await range()).toEqual([206, '456789']);
  });

  it('fails an upload, before or after it is stored', async () => {
    server.setFaults([
      { on: 'files.create', fault: faults.serverError(), requests: 1 },
      { on: 'files.create', fault: faults.reset({ billed: true }), requests: 2 },
    ]);
    await expect(upload('x'.repeat(1_000_000))).rejects.toMatchObject({ status: 500 });
    await expect(upload('{}')).rejects.toBeInstanceOf(OpenAI.APIConnectionError);
    expect((await client.files.list()).data).toHaveLength(1);
  });
});
