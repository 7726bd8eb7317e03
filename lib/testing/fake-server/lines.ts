import { createReadStream } from 'node:fs';

/** One line of a file, without its end. */
export interface Line {
  readonly text: string;
  /** From 1; empty lines count. */
  readonly number: number;
  /** Place in the file, in bytes. */
  readonly start: number;
  readonly end: number;
}

const newline = 0x0a;

/** The lines of a file that are not empty, read as a stream. */
export async function* linesOf(path: string): AsyncGenerator<Line> {
  let rest: Buffer = Buffer.alloc(0);
  let start = 0;
  let number = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) {
    rest = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
    let from = 0;
    for (let at = rest.indexOf(newline); at >= 0; at = rest.indexOf(newline, from)) {
      const line = toLine(rest.subarray(from, at), ++number, start + from);
      if (line) yield line;
      from = at + 1;
    }
    rest = rest.subarray(from);
    start += from;
  }
  const last = toLine(rest, number + 1, start);
  if (last) yield last;
}

function toLine(bytes: Buffer, number: number, start: number): Line | undefined {
  const text = bytes.toString('utf8').trim();
  return text === '' ? undefined : { text, number, start, end: start + bytes.length };
}
