import type { Readable } from 'node:stream';

/** All of a stream; of one that is longer, nothing: it is broken off, down to the socket, and the error is `tooLong`'s. */
export async function collect(stream: Readable, maxBytes: number, tooLong: () => Error): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop destroys the stream.
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLong();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
