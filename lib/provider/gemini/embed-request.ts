import type { ResolvedItem } from '../../core/item.js';
import { isRecord } from '../is-record.js';
import { omit } from '../omit.js';
import { isGeminiPrompt } from './generate-request.js';

type Json = Readonly<Record<string, unknown>>;

/** What goes to `:batchEmbedContents`, which the SDK uses for one content too. */
export interface EmbedRequest {
  readonly model: string | undefined;
  /** One per vector, without the model. */
  readonly requests: readonly Json[];
  /** Whether the output is an array of vectors rather than one. */
  readonly several: boolean;
}

/**
 * An item's embedding request: a string or `{ prompt }`, the REST bodies `{ content, ... }` (one vector) and `{ requests }`
 * (several), or the SDK's `{ contents, config }` (several where `contents` is an array). `params` (taskType,
 * outputDimensionality, ...) go over each.
 */
export function embedRequest({ input, model, params }: ResolvedItem, defaultModel: string | undefined): EmbedRequest {
  const { model: wanted, ...settings } = params;
  const convenient = typeof input === 'string' ? { prompt: input } : input;
  const { model: own, ...body } = isRecord(convenient) ? convenient : {};
  const { requests, several } = split(body);
  const chosen = wanted ?? own ?? requests[0]?.['model'] ?? model ?? defaultModel;
  return {
    model: typeof chosen === 'string' && chosen !== '' ? chosen : undefined,
    requests: requests.map((request) => ({ ...omit(request, 'model'), ...settings })),
    several,
  };
}

function split(body: Json): Pick<EmbedRequest, 'requests' | 'several'> {
  if (isGeminiPrompt(body)) {
    const { prompt, ...rest } = body;
    return { requests: [{ content: toContent(prompt), ...rest }], several: false };
  }
  const { requests, contents, config, ...rest } = body;
  if (Array.isArray(requests)) return { requests: requests.filter(isRecord), several: true };
  if (contents === undefined) return { requests: 'content' in body ? [body] : [], several: false };
  const shared = { ...rest, ...(isRecord(config) ? config : {}) };
  const list: readonly unknown[] = Array.isArray(contents) ? contents : [contents];
  return {
    requests: list.map((content) => ({ content: toContent(content), ...shared })),
    several: Array.isArray(contents),
  };
}

/** Text and single parts, as the SDK takes them, are contents of one part. */
function toContent(value: unknown): unknown {
  if (typeof value === 'string') return { parts: [{ text: value }] };
  return isRecord(value) && !('parts' in value) ? { parts: [value] } : value;
}
