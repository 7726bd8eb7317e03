import { messageOf } from '../core/errors.js';
import { Problem } from './problem.js';

export interface BodyLine {
  /** From 1, blank lines included. */
  readonly number: number;
  readonly text: string;
}

export interface LineLimits {
  readonly maxBodyBytes: number;
  readonly maxLineBytes: number;
}

const lineFeed = 10;

/** The lines of a body that are not blank, as they come in; no more of it is in memory than a chunk and a line. */
export async function* readLines(
  body: ReadableStream<Uint8Array>,
  { maxBodyBytes, maxLineBytes }: LineLimits,
): AsyncGenerator<BodyLine, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  let bodyBytes = 0;
  let number = 1;

  /** The line that ends with these bytes, if there is anything on it. */
  const line = (tail: Uint8Array): BodyLine | undefined => {
    if (restBytes + tail.length > maxLineBytes) throw lineTooLong(number, maxLineBytes);
    const text = decode(restBytes === 0 ? tail : join([...rest, tail], restBytes + tail.length), number);
    rest = [];
    restBytes = 0;
    return text === '' ? undefined : { number, text };
  };
  const decode = (bytes: Uint8Array, at: number): string => {
    try {
      return decoder.decode(bytes).trim();
    } catch {
      throw lineProblem(at, '', 'not UTF-8 text');
    }
  };

  for await (const chunk of chunksOf(body)) {
    bodyBytes += chunk.length;
    if (bodyBytes > maxBodyBytes) throw bodyTooLarge(maxBodyBytes);
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      const whole = line(chunk.subarray(start, end));
      if (whole !== undefined) yield whole;
      number++;
      start = end + 1;
    }
    if (start === chunk.length) continue;
    rest.push(chunk.subarray(start));
    restBytes += chunk.length - start;
    if (restBytes > maxLineBytes) throw lineTooLong(number, maxLineBytes);
  }
  const last = line(new Uint8Array());
  if (last !== undefined) yield last;
}

async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of body) yield chunk;
  } catch (error) {
    throw new Problem(400, 'bad_request', `The body broke off: ${messageOf(error)}`);
  }
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function bodyTooLarge(maxBytes: number): Problem {
  return new Problem(413, 'body_too_large', `The body is larger than ${maxBytes.toLocaleString('en-US')} bytes`);
}

function lineTooLong(line: number, maxBytes: number): Problem {
  const message = `longer than ${maxBytes.toLocaleString('en-US')} bytes`;
  return new Problem(413, 'body_too_large', `Line ${String(line)} is ${message}`, {
    errors: [{ line, field: '', message }],
  });
}

/** What is wrong with one line, and where. */
export function lineProblem(line: number, field: string, message: string): Problem {
  const where = field === '' ? `Line ${String(line)}` : `Line ${String(line)}, "${field}"`;
  return new Problem(400, 'invalid_item', `${where}: ${message}`, { errors: [{ line, field, message }] });
}
