import type { ResolvedItem } from '../../core/item.js';
import { describeInput } from '../describe-input.js';
import { isRecord } from '../is-record.js';
import { embedRequest } from './embed-request.js';
import type { GeminiEndpointName } from './endpoints.js';
import { generateRequest, isGeminiPrompt } from './generate-request.js';

/** Why an item can never be sent, in a sentence; undefined where only the server can tell. */
export function rejectGeminiItem(
  item: ResolvedItem,
  endpoint: GeminiEndpointName,
  defaultModel: string | undefined,
): string | undefined {
  const { input } = item;
  if (typeof input !== 'string' && !isRecord(input)) {
    return `input must be a string, { prompt, system? } or a request body of ${endpoint}, got ${describeInput(input)}`;
  }
  if (isGeminiPrompt(input) && input['system'] !== undefined) {
    if (typeof input['system'] !== 'string') return `"system" must be a string, got ${describeInput(input['system'])}`;
    if (endpoint === 'embedContent') return '"system" has no meaning for embeddings';
  }
  if (isRecord(input) && 'messages' in input && !('contents' in input)) {
    return '"messages" is a body of OpenAI; Gemini takes "contents", or { prompt, system? }';
  }
  const nested = rejectNested(item);
  if (nested !== undefined) return nested;
  return endpoint === 'embedContent' ? rejectEmbed(item, defaultModel) : rejectGenerate(item, defaultModel);
}

/** The SDK's `config` beside anything but its `contents` would be nested into the config, and ignored or refused there. */
function rejectNested({ input, params }: ResolvedItem): string | undefined {
  if (params['config'] !== undefined)
    return `"params" are the fields of the config themselves: params: ${fieldsOf(params['config'])}, without "config" around them`;
  if (!isGeminiPrompt(input) || input['config'] === undefined) return undefined;
  const rest = fieldsOf(input['config']).replace(/^\{ /, '{ prompt: "...", ');
  return `beside "prompt" stand the fields of the config themselves: input: ${rest}, without "config" around them`;
}

/** `{ temperature: 0, ... }` of what was given, short and without its texts. */
function fieldsOf(config: unknown): string {
  const shown = isRecord(config) ? Object.entries(config).slice(0, 2) : [];
  if (shown.length === 0) return '{ temperature: 0 }';
  const plain = (value: unknown): string =>
    typeof value === 'number' || typeof value === 'boolean' ? String(value) : '...';
  return `{ ${shown.map(([name, value]) => `${name}: ${plain(value)}`).join(', ')} }`;
}

function rejectGenerate(item: ResolvedItem, defaultModel: string | undefined): string | undefined {
  const request = generateRequest(item, defaultModel);
  const contents = request.form === 'rest' ? request.body['contents'] : request.contents;
  if (contents === undefined || contents === null) return 'input has neither "prompt" (a string) nor "contents"';
  if (Array.isArray(contents) && contents.length === 0)
    return '"contents" must have at least one content, got an array of 0';
  return rejectModel(request.model);
}

function rejectEmbed(item: ResolvedItem, defaultModel: string | undefined): string | undefined {
  const request = embedRequest(item, defaultModel);
  if (request.requests.length === 0)
    return 'input has none of "prompt" (a string), "content", "contents" and "requests"';
  return rejectModel(request.model);
}

/** What the SDK refuses too (genai tModel): it would change the URL. */
function rejectModel(model: string | undefined): string | undefined {
  if (model === undefined)
    return 'no model: set "model" on the item, the job or in the body, or "defaultModel" on the client';
  return /\.\.|[?&#\s]/.test(model) ? `the model ${JSON.stringify(model)} cannot be part of a URL` : undefined;
}
