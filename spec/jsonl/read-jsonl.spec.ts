import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { BatchError } from '../../lib/core/errors.js';
import type { BatchItem } from '../../lib/core/item.js';
import { readJsonl } from '../../lib/jsonl/read-jsonl.js';

async function all(source: AsyncIterable<BatchItem>): Promise<BatchItem[]> {
  const items: BatchItem[] = [];
  for await (const item of source) items.push(item);
  return items;
}

const failure = async (source: AsyncIterable<BatchItem>): Promise<string> =>
  await all(source).then(
    () => 'no error',
    (error: unknown) => `${(error as BatchError).code}: ${(error as BatchError).message}`,
  );

describe('readJsonl', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'jsonl-'));
    file = join(folder, 'requests.jsonl');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const openaiLine = (url: string): string => JSON.stringify({ custom_id: url, method: 'POST', url, body: {} });

  it('reads a file of all formats, and reads it again', async () => {
    writeFileSync(
      file,
      '{"itemId":"a","input":"x"}\n\n  \n{"custom_id":"b","method":"POST","url":"/v1/responses","body":{}}\r\n{"key":"c","request":{"contents":[]}}\n{"prompt":"d"}',
    );
    const items = readJsonl(file);
    expect((await all(items)).map((item) => item.itemId)).toEqual(['a', 'b', 'c', undefined]);
    expect(await all(items)).toHaveLength(4);
  });

  it('reads a stream of bytes', async () => {
    expect(
      await all(readJsonl(Readable.from([Buffer.from('{"prompt":"a"}\n{"pro'), Buffer.from('mpt":"b"}\n')]))),
    ).toHaveLength(2);
  });

  it('closes the file when the reader leaves early', async () => {
    writeFileSync(file, '{"prompt":"a"}\n'.repeat(100_000));
    for await (const item of readJsonl(file)) {
      expect(item.input).toEqual({ prompt: 'a' });
      break;
    }
  });

  it('names file and line of a broken line, blank lines counted', async () => {
    writeFileSync(file, `${'{"prompt":"a"}\n\n'.repeat(34_999)}{"prompt":"b"}\n{"prompt":\n`);
    expect(await failure(readJsonl(file))).toMatch(
      /^invalid_item: .*requests\.jsonl:70000: not JSON: .*: \{"prompt":$/,
    );
  });

  it.each([
    [
      'a mix of endpoints',
      openaiLine('/v1/chat/completions'),
      openaiLine('/v1/embeddings'),
      /2: is for \/v1\/embeddings, but line 1 is for \/v1\/chat\/completions/,
    ],
    ['two of the same', openaiLine('/v1/responses'), openaiLine('/v1/responses'), /^no error$/],
  ])('endpoints: %s', async (_name, first, second, message) => {
    expect(await failure(readJsonl(Readable.from([`${first}\n${second}\n`])))).toMatch(message);
  });

  it('holds every line to the endpoint asked for', async () => {
    const source = Readable.from([`${openaiLine('/v1/embeddings')}\n`]);
    expect(await failure(readJsonl(source, { endpoint: '/v1/responses', name: '<stdin>' }))).toBe(
      'invalid_item: <stdin>:1: is for /v1/embeddings, but this job runs on /v1/responses; one job has one endpoint',
    );
  });

  it.each([
    [
      'a missing file',
      () => join(folder, 'none.jsonl'),
      /^input_failed: cannot read .*none\.jsonl: there is no such file$/,
    ],
    ['a directory', () => folder, /^input_failed: cannot read .*: it is a directory, expected a file$/],
  ])('says what is wrong with %s', async (_name, path, message) =>
    expect(await failure(readJsonl(path()))).toMatch(message),
  );

  it('passes on why a stream broke', async () => {
    const source = new Readable({ read: () => source.destroy(new Error('socket hang up')) });
    expect(await failure(readJsonl(source))).toBe('input_failed: cannot read input: socket hang up');
  });
});
