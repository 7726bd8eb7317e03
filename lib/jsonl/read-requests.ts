import { createReadStream } from 'node:fs';
import { BatchError } from '../core/errors.js';
import { createEndpointCheck } from './endpoint-check.js';
import { describeFileError } from './file-errors.js';
import { parseLine } from './parse-line.js';
import type { RequestLine } from './request-line.js';
import { LineError, splitLines, type ByteChunk } from './split-lines.js';

/** A path, a stream of bytes or text, or anything else that yields chunks of them. */
export type JsonlSource = string | URL | AsyncIterable<ByteChunk>;

export interface ReadJsonlOptions {
  /** How messages call the source. Default: the path, or `input`. */
  readonly name?: string;
  /** The endpoint every line that names one must have. Default: the first `url` of an OpenAI batch line settles it for the others. */
  readonly endpoint?: string;
  /** A longer line is refused. Default 64,000,000. */
  readonly maxLineBytes?: number;
}

export interface NumberedRequest extends RequestLine {
  /** Line in the source, from 1. */
  readonly line: number;
}

/**
 * Requests of a JSONL source, one by one, read only as fast as they are taken. Errors with a `BatchError`: `invalid_item`
 * for a line that is no request (`requests.jsonl:70000: not JSON: ...`), `input_failed` for a source that cannot be read.
 */
export async function* readRequests(
  source: JsonlSource,
  options: ReadJsonlOptions = {},
): AsyncGenerator<NumberedRequest, void, undefined> {
  const isPath = typeof source === 'string' || source instanceof URL;
  const { name = isPath ? String(source) : 'input', maxLineBytes = 64_000_000 } = options;
  const check = createEndpointCheck(options.endpoint);
  try {
    const chunks = isPath ? (createReadStream(source, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) : source;
    for await (const { number, text } of splitLines(chunks, maxLineBytes)) {
      if (text.trim() === '') continue;
      const parsed = parseLine(text);
      if (!parsed.ok) throw new LineError(number, parsed.problem);
      const problem = check(parsed.request.endpoint, number);
      if (problem !== undefined) throw new LineError(number, problem);
      yield { ...parsed.request, line: number };
    }
  } catch (error) {
    if (error instanceof LineError)
      throw new BatchError('invalid_item', `${name}:${String(error.line)}: ${error.message}`, { cause: error });
    throw new BatchError('input_failed', `cannot read ${name}: ${describeFileError(error)}`, { cause: error });
  }
}
