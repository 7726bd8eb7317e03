import * as crypto from 'node:crypto';

/** Node 20.12 and later: without an object per hash, at less than half the cost. */
const { hash: oneShot }: { readonly hash?: (algorithm: string, text: string, encoding: 'binary') => string } = crypto;

/** The first 16 bytes of a text's SHA-256. */
export function contentHash(text: string): Buffer {
  // One character a byte: cheaper than two, and than a Buffer of Node's own.
  const bytes = oneShot?.('sha256', text, 'binary') ?? crypto.createHash('sha256').update(text).digest('binary');
  return Buffer.from(bytes.slice(0, 16), 'binary');
}
