import type { ResolvedItem } from '../../../core/item.js';
import { isRecord } from '../../is-record.js';
import type { NativeLine } from '../../native.js';
import { toCountedKey } from '../../native/counted-key.js';
import { jsonTokens, promptTokens } from '../../native/prompt-tokens.js';
import { omit } from '../../omit.js';
import { ProviderError, finalFailure } from '../../provider-error.js';
import { embedRequest } from '../embed-request.js';
import type { GeminiEndpointName } from '../endpoints.js';
import { toRestBody } from './to-rest-body.js';
import { toGeminiSchema } from './to-schema.js';

type Json = Readonly<Record<string, unknown>>;

/** `{"key","request"}` (Gemini batch guide). */
export function geminiLine(
  item: ResolvedItem,
  key: string,
  endpoint: GeminiEndpointName,
  defaultModel: string | undefined,
): NativeLine {
  return endpoint === 'embedContent' ? embedLine(item, key, defaultModel) : generateLine(item, key, defaultModel);
}

/** `models/<id>`, as genai tModel does it. */
export function modelPath(model: string): string {
  return /^(models|tunedModels)\//.test(model) ? model : `models/${model}`;
}

function generateLine(item: ResolvedItem, key: string, defaultModel: string | undefined): NativeLine {
  const { model = '', body } = toRestBody(item, defaultModel);
  const request = withBatchSchema(body);
  const { contents, systemInstruction, system_instruction: system, tools, generationConfig } = request;
  const schema = isRecord(generationConfig) ? generationConfig['responseSchema'] : undefined;
  return {
    text: JSON.stringify({ key, request }),
    model,
    tokens: promptTokens(contents, systemInstruction, system) + jsonTokens(tools) + jsonTokens(schema),
    inputs: 1,
  };
}

/** One content a line: several in one item are for ordinary requests. */
function embedLine(item: ResolvedItem, key: string, defaultModel: string | undefined): NativeLine {
  const { model = '', requests, several } = embedRequest(item, defaultModel);
  const [request] = requests;
  if (request === undefined || requests.length > 1) {
    const message = `a line of a Gemini batch embeds one content, this item has ${requests.length}: make an item of each`;
    throw new ProviderError(finalFailure('invalid_request', message));
  }
  return {
    text: JSON.stringify({
      key: toCountedKey({ key, inputs: several ? 1 : undefined }),
      request: { ...request, model: modelPath(model) },
    }),
    model,
    tokens: promptTokens(request['content']),
    inputs: 1,
  };
}

/**
 * `responseJsonSchema` as `responseSchema`: in batches the former has given degenerate JSON (ruby_llm#894, 0 of 502 right).
 * One that the older form cannot express stays as it is.
 */
function withBatchSchema(body: Json): Json {
  const config = body['generationConfig'];
  if (!isRecord(config)) return body;
  const wanted = config['responseJsonSchema'] ?? config['_responseJsonSchema'];
  if (wanted === undefined) return body;
  const schema = config['responseSchema'] ?? toGeminiSchema(wanted);
  if (schema === undefined) return body;
  const plain = omit(omit(config, 'responseJsonSchema'), '_responseJsonSchema');
  return { ...body, generationConfig: { ...plain, responseSchema: schema } };
}
