import type { ResolvedItem } from '../../core/item.js';
import { isRecord } from '../is-record.js';
import type { OpenAIEndpoint } from './endpoints.js';

export type OpenAIBody = Readonly<Record<string, unknown>>;

/** What goes into a body where the item itself says nothing. */
export interface BodyDefaults {
  readonly endpoint: OpenAIEndpoint;
  readonly model: string | undefined;
  /** Asked of servers that may not know the SDK's silent `base64` (providers' embeddings.js). */
  readonly floatEmbeddings: boolean;
}

/**
 * The body of an item's request. A string or `{ prompt, system? }` becomes messages, input or embedding input, its other
 * fields are kept; any other object is the body itself. Over it go the item's `params`. The model is that of `params`, else the
 * body's own, else the item's (or job's or client's), else the provider's default.
 */
export function openaiBody({ input, model, params }: ResolvedItem, defaults: BodyDefaults): OpenAIBody {
  const body: Record<string, unknown> = { ...toBody(input, defaults.endpoint), ...params };
  const chosen = body['model'] ?? model ?? defaults.model;
  if (chosen !== undefined) body['model'] = chosen;
  if (defaults.floatEmbeddings && defaults.endpoint === '/v1/embeddings') body['encoding_format'] ??= 'float';
  return body;
}

/** Whether an input is the convenient form, rather than a body that happens to have a field `prompt`. */
export function isPromptInput(
  input: unknown,
): input is { readonly prompt: string } & Readonly<Record<string, unknown>> {
  return isRecord(input) && typeof input['prompt'] === 'string' && !('messages' in input) && !('input' in input);
}

function toBody(input: unknown, endpoint: OpenAIEndpoint): OpenAIBody {
  const convenient = typeof input === 'string' ? { prompt: input } : input;
  if (!isPromptInput(convenient)) return isRecord(convenient) ? convenient : {};
  const { prompt, system, ...rest } = convenient;
  switch (endpoint) {
    case '/v1/chat/completions': {
      const user = { role: 'user', content: prompt };
      return { messages: system === undefined ? [user] : [{ role: 'system', content: system }, user], ...rest };
    }
    case '/v1/responses':
      return { input: prompt, ...(system === undefined ? {} : { instructions: system }), ...rest };
    case '/v1/embeddings':
      return { input: prompt, ...rest };
  }
}
