import { describeInput } from '../describe-input.js';
import type { ProviderResponse } from '../provider.js';
import { ProviderError, failureVerdict } from '../provider-error.js';
import { isRecord } from '../is-record.js';
import type { OpenAIEndpoint } from './endpoints.js';
import { readChat } from './read-chat.js';
import { readEmbeddings } from './read-embeddings.js';
import { readResponse } from './read-response.js';
import type { OpenAIBody } from './request-body.js';

/**
 * The result in a body that came with status 200. Throws a ProviderError for a success that is none: empty, text, no choices,
 * an error inside, refused by a filter, cut off before the first word. `request` is the body that was sent.
 */
export function readOpenAIAnswer(endpoint: OpenAIEndpoint, body: unknown, request: OpenAIBody): ProviderResponse {
  // The SDK gives undefined for an empty body and a string for one that is not JSON.
  if (!isRecord(body)) {
    const received = body === undefined || body === '' ? 'an empty body' : describeInput(body);
    throw new ProviderError(
      failureVerdict('invalid_response', `expected a JSON object from ${endpoint}, got ${received}`),
    );
  }
  // Gateways such as OpenRouter answer 200 and put the error inside; a response has `error: null`, or its own status.
  if (isRecord(body['error']) && body['status'] === undefined) throw embeddedError(body['error']);
  switch (endpoint) {
    case '/v1/chat/completions':
      return readChat(body);
    case '/v1/responses':
      return readResponse(body);
    case '/v1/embeddings':
      return readEmbeddings(body, request['input']);
  }
}

/** In the form of the SDK's `APIError`, so that it is classified as one. */
function embeddedError(error: Readonly<Record<string, unknown>>): Error {
  const { code, message } = error;
  const status = typeof code === 'number' && code >= 400 ? code : code === 'rate_limit_exceeded' ? 429 : 500;
  const text = typeof message === 'string' ? message : 'the answer is an error';
  return Object.assign(new Error(text), { status, code, type: error['type'], error });
}
