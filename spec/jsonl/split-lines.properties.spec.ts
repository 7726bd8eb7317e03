import fc from 'fast-check';
import { splitLines, type ByteChunk } from '../../lib/jsonl/split-lines.js';
import { cpuTimer } from '../support/cpu-time.js';

async function* chunked(chunks: readonly ByteChunk[]): AsyncGenerator<ByteChunk> {
  yield* chunks;
}

async function lines(chunks: readonly ByteChunk[]): Promise<string[]> {
  const found: string[] = [];
  for await (const { number, text } of splitLines(chunked(chunks), 1e9)) {
    found.push(text);
    expect(number).toBe(found.length);
  }
  return found;
}

/** Cut at these places, which may be within a character. */
function cut<T extends ByteChunk>(whole: T, places: readonly number[]): T[] {
  const at = [0, ...places.map((place) => place % (whole.length + 1)).sort((a, b) => a - b), whole.length];
  return at.slice(1).map((end, n) => whole.slice(at[n], end) as T);
}

const content = fc.string({ unit: 'binary', maxLength: 30 }).map((text) => text.replaceAll(/[\r\n\ufeff]/g, ''));
const file = fc.record({
  lines: fc.array(fc.record({ text: content, ending: fc.constantFrom('\n', '\r\n') }), { maxLength: 12 }),
  last: content,
  mark: fc.boolean(),
  places: fc.array(fc.nat(600), { maxLength: 20 }),
});

it('gives every line as it was, wherever the chunks end: in a character, in CRLF, at the end without one', async () => {
  await fc.assert(
    fc.asyncProperty(file, async ({ lines: given, last, mark, places }) => {
      const text = `${mark ? '\ufeff' : ''}${given.map((line) => line.text + line.ending).join('')}${last}`;
      const expected = [...given.map((line) => line.text), ...(last === '' ? [] : [last])];
      const bytes = Buffer.from(text);
      // A file that is a byte order mark and nothing else has one empty line.
      const alone = mark && given.length === 0 && last === '' ? [''] : expected;
      expect(await lines(cut(new Uint8Array(bytes), places))).toEqual(alone);
      expect(await lines(cut(text, places))).toEqual(alone);
    }),
    { numRuns: 500 },
  );
});

it('reads lines of 10 MB in chunks of any size, in time that goes with their length', async () => {
  const long = '🎉x'.repeat(2_000_000);
  const bytes = Buffer.from(`first\n${long}\r\n${long}`);
  for (const size of [1_000, 65_537, bytes.length]) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
      bytes.subarray(n * size, (n + 1) * size),
    );
    const usedMs = cpuTimer();
    const found = await lines(chunks);
    expect(found.map(({ length }) => length)).toEqual([5, long.length, long.length]);
    expect(found[2] === long).toBe(true);
    expect(usedMs()).toBeLessThan(5_000);
  }
});
