import type { ProviderResponse } from '../provider.js';
import { ProviderError, failureVerdict } from '../provider-error.js';
import { isRecord } from '../is-record.js';
import { isVector } from '../is-vector.js';
import { readOpenAIUsage } from './read-usage.js';

type Json = Readonly<Record<string, unknown>>;

/** The vector of one input (a text or an array of tokens), the vectors of several in the order of the inputs. */
export function readEmbeddings(body: Json, input: unknown): ProviderResponse {
  const data = body['data'];
  const entries = Array.isArray(data) ? data.filter(isRecord) : [];
  const several = Array.isArray(input) && typeof input[0] !== 'number';
  const expected = several ? input.length : 1;
  const vectors = entries.toSorted((a, b) => position(a) - position(b)).map((entry) => toVector(entry['embedding']));
  if (vectors.length !== expected || vectors.includes(undefined)) {
    const found = `expected ${expected} embedding(s), got ${vectors.filter((vector) => vector !== undefined).length}`;
    throw new ProviderError(failureVerdict('invalid_response', found));
  }
  const usage = readOpenAIUsage(body['usage']);
  return { output: several ? vectors : vectors[0], raw: body, ...(usage === undefined ? {} : { usage }) };
}

function position(entry: Json): number {
  return typeof entry['index'] === 'number' ? entry['index'] : 0;
}

const base64 = /^[A-Za-z\d+/]+={0,2}$/;

/** Numbers, or the base64 of little-endian 32-bit floats that `encoding_format: 'base64'` asks for. */
function toVector(embedding: unknown): readonly number[] | undefined {
  if (typeof embedding !== 'string') return isVector(embedding) ? embedding : undefined;
  const bytes = Buffer.from(embedding, 'base64');
  if (!base64.test(embedding) || bytes.length % 4 !== 0) return undefined;
  const values = Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(i * 4));
  return isVector(values) ? values : undefined;
}
