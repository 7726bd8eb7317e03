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
  const vectors = entries.map((entry) => toVector(entry['embedding']));
  if (vectors.length !== expected || vectors.includes(undefined)) {
    const found = `expected ${expected} embedding(s), got ${vectors.filter((vector) => vector !== undefined).length}`;
    throw new ProviderError(failureVerdict('invalid_response', found));
  }
  const places = placesOf(entries);
  if (places === undefined) {
    throw new ProviderError(
      failureVerdict('invalid_response', 'the "index" of the embeddings does not tell their order'),
    );
  }
  const usage = readOpenAIUsage(body['usage']);
  const ordered = places.map((place) => vectors[place]);
  return { output: several ? ordered : ordered[0], raw: body, ...(usage === undefined ? {} : { usage }) };
}

/** The places of the entries in their order: by `index`, as they came where none has one; undefined for half an order. */
function placesOf(entries: readonly Json[]): readonly number[] | undefined {
  // One has no order, whatever number a server gives it.
  if (entries.length === 1) return [0];
  const indexes = entries.map((entry) => entry['index'] ?? undefined);
  if (indexes.every((index) => index === undefined)) return [...entries.keys()];
  const placeOf = new Map(indexes.map((index, place) => [index, place]));
  const places = entries.flatMap((_, index) => placeOf.get(index) ?? []);
  return places.length === entries.length ? places : undefined;
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
