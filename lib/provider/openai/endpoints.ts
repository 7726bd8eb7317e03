import { OptionsError } from '../../core/errors.js';
import { didYouMean } from '../nearest.js';

export type OpenAIEndpoint = '/v1/chat/completions' | '/v1/responses' | '/v1/embeddings';

/** An endpoint as an option may name it. */
export type OpenAIEndpointName = OpenAIEndpoint | 'chat' | 'responses' | 'embeddings';

const paths: Readonly<Record<string, OpenAIEndpoint>> = {
  '/v1/chat/completions': '/v1/chat/completions',
  '/v1/responses': '/v1/responses',
  '/v1/embeddings': '/v1/embeddings',
  chat: '/v1/chat/completions',
  responses: '/v1/responses',
  embeddings: '/v1/embeddings',
};

/** The path of an endpoint; default chat completions. Throws an OptionsError for one this library does not know. */
export function openaiEndpoint(name: string = '/v1/chat/completions'): OpenAIEndpoint {
  const path = Object.hasOwn(paths, name) ? paths[name] : undefined;
  if (path !== undefined) return path;
  const known = Object.keys(paths);
  const list = known.map((candidate) => `"${candidate}"`).join(', ');
  throw new OptionsError(
    `openai: expected "endpoint" to be one of ${list}, got ${JSON.stringify(name)}${didYouMean(name, known)}`,
  );
}
