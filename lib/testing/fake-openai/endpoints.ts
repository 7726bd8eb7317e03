import { isRecord } from '../fake-server/is-record.js';
import type { Reply } from '../fake-server/reply.js';
import { chatCompletions } from './chat-completions.js';
import { embeddings } from './embeddings.js';
import { missingParameter, noSuchModel } from './error-body.js';
import type { FakeModel } from './model.js';
import { responses } from './responses.js';

export type Endpoint = '/v1/chat/completions' | '/v1/responses' | '/v1/embeddings';

const handlers = { '/v1/chat/completions': chatCompletions, '/v1/responses': responses, '/v1/embeddings': embeddings };

export const endpointNames = Object.keys(handlers) as readonly Endpoint[];

export function isEndpoint(path: unknown): path is Endpoint {
  return typeof path === 'string' && path in handlers;
}

/** Answers a request body, whether it came over HTTP or in a batch line. */
export function answerRequest(
  endpoint: Endpoint,
  body: unknown,
  model: FakeModel,
  models: readonly string[] | undefined,
): Reply {
  if (!isRecord(body)) return missingParameter('model');
  const name = body['model'];
  if (typeof name !== 'string') return missingParameter('model');
  return models && !models.includes(name) ? noSuchModel(name) : handlers[endpoint](body, model);
}
