import type { ResolvedItem } from '../../../core/item.js';
import type { NativeLine } from '../../native.js';
import { jsonTokens, promptTokens } from '../../native/prompt-tokens.js';
import { omit } from '../../omit.js';
import { ProviderError, finalFailure } from '../../provider-error.js';
import type { BodyDefaults, OpenAIBody } from '../request-body.js';
import { openaiBody } from '../request-body.js';
import { toCountedKey } from '../../native/counted-key.js';

/** Tokens that frame a message (OpenAI cookbook, how to count tokens). */
const perMessage = 4;

/** `{"custom_id","method","url","body"}` (OpenAI batch guide). */
export function openaiLine(item: ResolvedItem, key: string, defaults: BodyDefaults, url: string): NativeLine {
  const { stream, ...rest } = openaiBody(item, defaults);
  const body = omit(rest, 'stream_options');
  if (stream === true)
    throw new ProviderError(finalFailure('invalid_request', '"stream": true cannot be used in a batch'));
  const { endpoint } = defaults;
  const inputs = endpoint === '/v1/embeddings' ? inputsOf(body['input']) : undefined;
  const customId = endpoint === '/v1/embeddings' ? toCountedKey({ key, inputs }) : key;
  return {
    text: JSON.stringify({ custom_id: customId, method: 'POST', url, body }),
    model: typeof body['model'] === 'string' ? body['model'] : '',
    tokens: tokensOf(body),
    inputs: inputs ?? 1,
  };
}

/** Undefined for a single input, which may be an array of tokens. */
function inputsOf(input: unknown): number | undefined {
  return Array.isArray(input) && typeof input[0] !== 'number' ? input.length : undefined;
}

function tokensOf(body: OpenAIBody): number {
  const { messages, input, instructions, prompt, tools, functions, response_format: format, text } = body;
  const turns = Array.isArray(messages) ? messages.length : 1;
  const schemas = jsonTokens(tools) + jsonTokens(functions) + jsonTokens(format ?? text);
  return promptTokens(messages, input, instructions, prompt) + turns * perMessage + schemas;
}
