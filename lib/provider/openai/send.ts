import type { RequestContext } from '../provider.js';
import type { OpenAIClientLike, OpenAIResource } from './client.js';
import type { OpenAIEndpoint } from './endpoints.js';
import type { OpenAIBody } from './request-body.js';

/** An answer's body as the SDK parsed it, and its headers where the SDK gives them. */
export interface OpenAIAnswer {
  readonly data: unknown;
  readonly headers: unknown;
}

/** One request through the SDK, without its retries. */
export async function sendToOpenAI(
  client: OpenAIClientLike,
  endpoint: OpenAIEndpoint,
  body: OpenAIBody,
  { signal, timeoutMs }: RequestContext,
): Promise<OpenAIAnswer> {
  const resource = resourceOf(client, endpoint) as unknown as CallableResource;
  const answer = resource.create(body, { signal, timeout: sdkTimeout(timeoutMs), maxRetries: 0 });
  if (answer.withResponse === undefined) return { data: await answer, headers: undefined };
  const { data, response } = await answer.withResponse();
  return { data, headers: response.headers };
}

interface CallableResource {
  create(body: OpenAIBody, options: { signal: AbortSignal; timeout: number; maxRetries: 0 }): ApiPromise;
}

interface ApiPromise extends PromiseLike<unknown> {
  withResponse?(): Promise<{ readonly data: unknown; readonly response: { readonly headers: unknown } }>;
}

function resourceOf(client: OpenAIClientLike, endpoint: OpenAIEndpoint): OpenAIResource {
  switch (endpoint) {
    case '/v1/chat/completions':
      return client.chat.completions;
    case '/v1/responses':
      return client.responses;
    case '/v1/embeddings':
      return client.embeddings;
  }
}

/** A minute above the engine's, so that the engine's always comes first; within what a timer can hold. */
function sdkTimeout(timeoutMs: number): number {
  const most = 2 ** 31 - 1;
  return timeoutMs > 0 && timeoutMs < most - 60_000 ? Math.ceil(timeoutMs) + 60_000 : most;
}
