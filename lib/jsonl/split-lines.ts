import { isUtf8 } from 'node:buffer';

export type ByteChunk = Uint8Array | string;

/** One line of a text file, without its line ending. Lines count from 1, blank ones included. */
export interface TextLine {
  readonly number: number;
  readonly text: string;
}

/** What is wrong with a line as text, before anybody looks at its JSON. */
export class LineError extends Error {
  override readonly name = 'LineError';

  constructor(
    readonly line: number,
    message: string,
  ) {
    super(message);
  }
}

const newline = 10;
const carriageReturn = 13;

/**
 * Splits bytes into lines of UTF-8 text. The bytes are searched for line feeds before they are decoded: that costs a third
 * of a text decoder or readline, and a character cut in two by a chunk border is whole again.
 */
export async function* splitLines(
  chunks: AsyncIterable<ByteChunk>,
  maxLineBytes: number,
): AsyncGenerator<TextLine, void, undefined> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  let number = 1;
  for await (const chunk of toBuffers(chunks)) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      const tail = chunk.subarray(start, end);
      if (restBytes + tail.length > maxLineBytes) throw tooLong(number, maxLineBytes);
      yield { number, text: decode(restBytes === 0 ? tail : Buffer.concat([...rest, tail]), number) };
      number++;
      start = end + 1;
      rest = [];
      restBytes = 0;
    }
    if (start === chunk.length) continue;
    rest.push(chunk.subarray(start));
    restBytes += chunk.length - start;
    if (restBytes > maxLineBytes) throw tooLong(number, maxLineBytes);
  }
  if (restBytes > 0) yield { number, text: decode(Buffer.concat(rest), number) };
}

async function* toBuffers(chunks: AsyncIterable<ByteChunk>): AsyncGenerator<Buffer, void, undefined> {
  let half = '';
  for await (const chunk of chunks) {
    if (typeof chunk === 'string') {
      const text = half + chunk;
      // A chunk border may cut a surrogate pair; half of one has no bytes of its own.
      half = /[\uD800-\uDBFF]$/.test(text) ? text.slice(-1) : '';
      yield Buffer.from(half === '' ? text : text.slice(0, -1));
    } else if (chunk instanceof Uint8Array) {
      yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    } else {
      throw new TypeError(`expected bytes or text, got a value of type ${typeof chunk}`);
    }
  }
}

function decode(bytes: Buffer, number: number): string {
  const first = number === 1;
  if (!isUtf8(bytes)) throw new LineError(number, first ? describeEncoding(bytes) : 'not UTF-8 text');
  const start = first && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  return bytes.toString('utf8', start, bytes.at(-1) === carriageReturn ? bytes.length - 1 : bytes.length);
}

function describeEncoding(bytes: Buffer): string {
  const [a, b] = bytes;
  if (a === 0x1f && b === 0x8b) return 'compressed (gzip), expected plain JSON lines: unpack it first';
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff))
    return 'UTF-16 text, expected UTF-8: save it again as UTF-8';
  return 'not UTF-8 text';
}

function tooLong(number: number, maxLineBytes: number): LineError {
  return new LineError(
    number,
    `longer than ${maxLineBytes.toLocaleString('en-US')} bytes, expected one JSON object per line`,
  );
}
