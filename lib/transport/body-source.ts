import { Readable, pipeline } from 'node:stream';
import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Dispatcher } from 'undici';
import { collect } from './collect.js';
import type { BodySource } from './thin-response.js';

/** How much of a body is collected, and the error where it is longer; a body that is streamed may be of any length. */
export interface BodyLimit {
  readonly maxBytes: number;
  readonly tooLong: () => Error;
}

/** An answer's body. No compression is asked for, but some gateways compress all the same. */
export function bodySource(
  { headers, body }: Pick<Dispatcher.ResponseData, 'headers' | 'body'>,
  { maxBytes, tooLong }: BodyLimit,
): BodySource {
  const decoder = decoderFor(headers['content-encoding']);
  // The reader of the decoder gets the error; the callback only keeps it from being unhandled.
  const decoded = (): Readable => (decoder === undefined ? body : pipeline(body, decoder, () => undefined));
  const named = Number(headers['content-length']);
  const collected = async (): Promise<Buffer> => {
    if (!(named > maxBytes)) return await collect(decoded(), maxBytes, tooLong);
    body.on('error', () => undefined).destroy();
    throw tooLong();
  };
  // Undici keeps a server to the length it has named, and collects faster than we can.
  if (decoder === undefined && named <= maxBytes) {
    return { text: () => body.text(), arrayBuffer: () => body.arrayBuffer(), stream: () => body };
  }
  return {
    text: async () => withoutMark((await collected()).toString()),
    arrayBuffer: async () => exactBuffer(await collected()),
    stream: decoded,
  };
}

/** A body that is already there. */
export function textSource(content: string): BodySource {
  return {
    text: () => Promise.resolve(content),
    arrayBuffer: () => Promise.resolve(exactBuffer(Buffer.from(content))),
    stream: () => Readable.from([Buffer.from(content)]),
  };
}

function decoderFor(encoding: string | string[] | undefined): Transform | undefined {
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
