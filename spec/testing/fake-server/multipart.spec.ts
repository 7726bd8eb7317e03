import { Readable } from 'node:stream';
import fc from 'fast-check';
import { boundaryOf, readMultipart } from '../../../lib/testing/fake-server/multipart.js';

interface Part {
  readonly name: string;
  readonly filename: string | undefined;
  readonly content: Buffer;
}

const boundary = '----b0undary';

function encode(parts: readonly Part[]): Buffer {
  const pieces = parts.flatMap(({ name, filename, content }) => [
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"`),
    Buffer.from(filename === undefined ? '\r\n\r\n' : `; filename="${filename}"\r\nContent-Type: a/b\r\n\r\n`),
    content,
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]);
}

async function decode(bytes: Buffer, cuts: readonly number[]): Promise<{ parts: Part[]; complete: boolean }> {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  const chunks = [0, ...places].map((start, index) => bytes.subarray(start, [...places, bytes.length][index]));
  const parts: Part[] = [];
  const complete = await readMultipart(Readable.from(chunks), boundary, (head) => {
    const pieces: Buffer[] = [];
    return {
      write: async (piece) => void pieces.push(piece),
      close: async () => void parts.push({ ...head, content: Buffer.concat(pieces) }),
    };
  });
  return { parts, complete };
}

// Contents that look like delimiters are the hard ones.
const content = fc
  .array(fc.constantFrom('a', '\r', '\n', '\r\n', '--', '\r\n--', '\r\n------b0undar', 'ü'), { maxLength: 30 })
  .map((pieces) => Buffer.from(pieces.join('')));
const part = fc.record({
  name: fc.constantFrom('file', 'purpose'),
  filename: fc.constantFrom(undefined, 'a.jsonl'),
  content,
});

it('reads what was written, however the stream is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(part, { minLength: 1, maxLength: 4 }),
      fc.array(fc.nat(), { maxLength: 20 }),
      async (parts, cuts) => {
        expect(await decode(encode(parts), cuts)).toEqual({ parts, complete: true });
      },
    ),
    { numRuns: 200 },
  );
});

it('knows an upload that ended early', async () => {
  const bytes = encode([{ name: 'file', filename: 'a', content: Buffer.from('content') }]);
  expect(await decode(bytes.subarray(0, -boundary.length), [])).toMatchObject({ complete: false });
});

it.each([
  ['multipart/form-data; boundary=abc', 'abc'],
  ['multipart/form-data; boundary="a b"; x=y', 'a b'],
  ['application/json', undefined],
  [undefined, undefined],
])('finds the boundary in %s', (type, expected) => {
  expect(boundaryOf(type)).toBe(expected);
});
