import { describeInput } from '../describe-input.js';
import { isRecord } from '../is-record.js';
import { isVector } from '../is-vector.js';
import type { ProviderResponse } from '../provider.js';
import { ProviderError, failureVerdict } from '../provider-error.js';
import type { EmbedRequest } from './embed-request.js';
import { embeddedError } from './error-details.js';
import { readGeminiUsage } from './read-usage.js';

/** The vector of one content, the vectors of several in their order. Throws a ProviderError where the number is not right. */
export function readEmbeddings(body: unknown, { requests, several }: EmbedRequest): ProviderResponse {
  if (!isRecord(body))
    throw new ProviderError(failureVerdict('invalid_response', `expected a JSON object, got ${describeInput(body)}`));
  const error = embeddedError(body);
  if (error !== undefined) throw error;
  const entries: readonly unknown[] = Array.isArray(body['embeddings']) ? body['embeddings'] : [body['embedding']];
  const vectors = entries.map((entry) => (isRecord(entry) ? entry['values'] : undefined)).filter(isVector);
  if (vectors.length !== requests.length) {
    const found = `expected ${requests.length} embedding(s), got ${vectors.length}`;
    throw new ProviderError(failureVerdict('invalid_response', found));
  }
  const usage = readGeminiUsage(body['usageMetadata']);
  return { output: several ? vectors : vectors[0], raw: body, ...(usage === undefined ? {} : { usage }) };
}
