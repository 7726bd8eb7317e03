import { Readable, pipeline } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Dispatcher } from 'undici';
import type { BodySource } from './thin-response.js';

/** An answer's body. No compression is asked for, but some gateways compress all the same. */
export function bodySource({ headers, body }: Pick<Dispatcher.ResponseData, 'headers' | 'body'>): BodySource {
  const decoder = decoderFor(headers['content-encoding']);
  if (decoder === undefined) {
    return { text: () => body.text(), arrayBuffer: () => body.arrayBuffer(), stream: () => body };
  }
  // The reader of the decoder gets the error; the callback only keeps it from being unhandled.
  const decoded = (): Readable => pipeline(body, decoder, () => undefined);
  return {
    text: async () => withoutMark(await text(decoded())),
    arrayBuffer: async () => exactBuffer(await buffer(decoded())),
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
