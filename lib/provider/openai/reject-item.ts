import type { ResolvedItem } from '../../core/item.js';
import { describeInput } from '../describe-input.js';
import { isRecord } from '../is-record.js';
import type { BodyDefaults, OpenAIBody } from './request-body.js';
import { isPromptInput, openaiBody } from './request-body.js';
import type { OpenAIEndpoint } from './endpoints.js';

/** Why an item can never be sent, in a sentence; undefined where only the server can tell. */
export function rejectOpenAIItem(item: ResolvedItem, defaults: BodyDefaults): string | undefined {
  const { input } = item;
  const { endpoint } = defaults;
  if (typeof input !== 'string' && !isRecord(input)) {
    return `input must be a string, { prompt, system? } or a request body of ${endpoint}, got ${describeInput(input)}`;
  }
  if (isPromptInput(input) && input['system'] !== undefined) {
    if (typeof input['system'] !== 'string') return `"system" must be a string, got ${describeInput(input['system'])}`;
    if (endpoint === '/v1/embeddings') return '"system" has no meaning for embeddings';
  }
  const body = openaiBody(item, defaults);
  if (body['stream'] === true) return '"stream": true cannot be used: an answer is stored as a whole';
  if (body['background'] === true)
    return '"background": true cannot be used: the request would be answered before there is a result';
  if (typeof body['model'] !== 'string' || body['model'] === '') {
    return 'no model: set "model" on the item, the job or in the body, or "defaultModel" on the client';
  }
  return rejectContent(body, endpoint);
}

function rejectContent(body: OpenAIBody, endpoint: OpenAIEndpoint): string | undefined {
  switch (endpoint) {
    case '/v1/chat/completions': {
      const messages = body['messages'];
      if (Array.isArray(messages) && messages.length > 0) return undefined;
      if (messages === undefined) return 'input has neither "prompt" (a string) nor "messages"';
      return `"messages" must be an array with at least one message, got ${describeInput(messages)}`;
    }
    case '/v1/responses': {
      const sources = ['input', 'prompt', 'previous_response_id', 'conversation', 'instructions'];
      return sources.some((name) => body[name] !== undefined && body[name] !== null)
        ? undefined
        : 'input has neither "prompt" nor "input"';
    }
    case '/v1/embeddings': {
      const input = body['input'];
      if (typeof input === 'string' || (Array.isArray(input) && input.length > 0)) return undefined;
      return `input has neither "prompt" nor an "input" that is a string or an array with something in it, got ${describeInput(input)}`;
    }
  }
}
