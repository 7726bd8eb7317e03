import { createHash } from 'node:crypto';
import { seededRandom } from './hashing.js';

/** A vector of length 1 that depends on the text alone, in single precision, so that every encoding of it is equal. */
export function embeddingOf(text: string, size: number): number[] {
  const random = seededRandom(createHash('sha256').update(text).digest().readUInt32BE(0));
  const raw = Array.from({ length: size }, () => random() * 2 - 1);
  const length = Math.hypot(...raw) || 1;
  return raw.map((value) => Math.fround(value / length));
}

/** The vector as OpenAI's `encoding_format: 'base64'` has it: 32-bit floats, little-endian. */
export function base64Of(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  vector.forEach((value, index) => bytes.writeFloatLE(value, index * 4));
  return bytes.toString('base64');
}
