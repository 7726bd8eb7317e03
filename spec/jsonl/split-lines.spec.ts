import { splitLines, type ByteChunk, type LineError } from '../../lib/jsonl/split-lines.js';

async function* chunked(chunks: readonly ByteChunk[]): AsyncGenerator<ByteChunk> {
  yield* chunks;
}

async function lines(chunks: readonly ByteChunk[], maxLineBytes = 1_000): Promise<string[]> {
  const found: string[] = [];
  for await (const { number, text } of splitLines(chunked(chunks), maxLineBytes))
    found.push(`${String(number)}:${text}`);
  return found;
}

describe('splitLines', () => {
  const text = 'one\r\n\nzwölf 🎉 дом\nlast';
  const expected = ['1:one', '2:', '3:zwölf 🎉 дом', '4:last'];

  it.each([1, 2, 3, 5, 1_000])('gives the same lines in chunks of %i bytes', async (size) => {
    const bytes = Buffer.from(text);
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    );
    expect(await lines(chunks)).toEqual(expected);
  });

  it('joins text chunks that cut a surrogate pair', async () =>
    expect(await lines([...text.split('')])).toEqual(expected));

  it.each<[string, ByteChunk[], string[]]>([
    ['nothing at all', [], []],
    ['an empty file', [Buffer.alloc(0)], []],
    ['no line feed at the end', ['a\nb'], ['1:a', '2:b']],
    ['a line feed at the end', ['a\nb\n'], ['1:a', '2:b']],
    ['a byte order mark', [Buffer.from([0xef, 0xbb, 0xbf, 0x61, 10, 0x62])], ['1:a', '2:b']],
    ['a Uint8Array', [new Uint8Array([0x61, 10])], ['1:a']],
  ])('reads %s', async (_name, chunks, found) => expect(await lines(chunks)).toEqual(found));

  it.each<[string, ByteChunk[], string]>([
    [
      'a long line',
      ['a\n', 'x'.repeat(600), 'x'.repeat(600)],
      '2 longer than 1,000 bytes, expected one JSON object per line',
    ],
    ['gzip', [Buffer.from([0x1f, 0x8b, 8, 0, 10])], '1 compressed (gzip), expected plain JSON lines: unpack it first'],
    ['UTF-16', [Buffer.from([0xff, 0xfe, 0x7b, 0, 10])], '1 UTF-16 text, expected UTF-8: save it again as UTF-8'],
    ['Latin-1', [Buffer.from('a\nzw\xf6lf\n', 'latin1')], '2 not UTF-8 text'],
  ])('refuses %s by its line', async (_name, chunks, message) => {
    const error = await lines(chunks).catch(
      (reason: unknown) => `${String((reason as LineError).line)} ${(reason as LineError).message}`,
    );
    expect(error).toBe(message);
  });
});
