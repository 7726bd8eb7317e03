import { Readable, pipeline } from 'node:stream';
import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { RawHeaders } from './answer-headers.js';
import { collect } from './collect.js';
import type { Answer } from './exchange.js';
import type { BodySource } from './thin-response.js';

/** How much of a body is collected, and the error where it is longer; a body that is streamed may be of any length. */
export interface BodyLimit {
  readonly maxBytes: number;
  readonly tooLong: () => Error;
}

/** An answer's body. No compression is asked for, but some gateways compress all the same. */
export function bodySource({ headers, body }: Pick<Answer, 'headers' | 'body'>, limit: BodyLimit): BodySource {
  const decoder = decoderFor(headers['content-encoding']);
  if (decoder === undefined && Buffer.isBuffer(body) && body.length <= limit.maxBytes) return bufferSource(body);
  const stream = Buffer.isBuffer(body) ? Readable.from([body]) : body;
  // The reader of the decoder gets the error; the callback only keeps it from being unhandled.
  const decoded = (): Readable => (decoder === undefined ? stream : pipeline(stream, decoder, () => undefined));
  const collected = async (): Promise<Buffer> => {
    if (!(Number(headers['content-length']) > limit.maxBytes)) {
      return await collect(decoded(), limit.maxBytes, limit.tooLong);
    }
    stream.destroy();
    throw limit.tooLong();
  };
  return {
    text: async () => withoutMark((await collected()).toString()),
    arrayBuffer: async () => exactBuffer(await collected()),
    stream: decoded,
  };
}

/** A body that is already there. */
export function bufferSource(content: Buffer): BodySource {
  return {
    text: () => Promise.resolve(withoutMark(content.toString())),
    arrayBuffer: () => Promise.resolve(exactBuffer(content)),
    stream: () => Readable.from([content]),
  };
}

function decoderFor(encoding: RawHeaders[string]): Transform | undefined {
  switch (String(encoding ?? '').toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    default:
      return undefined;
  }
}

/** Small buffers share one memory block: only the part that is the body may be seen. */
function exactBuffer({ buffer: block, byteOffset, byteLength }: Buffer): ArrayBuffer {
  return block.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}

function withoutMark(content: string): string {
  return content.codePointAt(0) === 0xfeff ? content.slice(1) : content;
}
