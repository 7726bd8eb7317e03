import type { ResolvedItem } from '../../../core/item.js';
import { isRecord } from '../../is-record.js';
import type { GenerateRequest } from '../generate-request.js';
import { generateRequest } from '../generate-request.js';

type Json = Readonly<Record<string, unknown>>;

/** Settings of a call rather than of a request (genai types, GenerateContentConfig). */
const callSettings: ReadonlySet<string> = new Set([
  ...['httpOptions', 'abortSignal', 'automaticFunctionCalling', 'automaticContinuation', 'shouldReturnHttpResponse'],
]);

/** The request's body as the REST API takes it: a batch line does not pass through the SDK, which would translate it. */
export function toRestBody(
  item: ResolvedItem,
  defaultModel: string | undefined,
): Extract<GenerateRequest, { form: 'rest' }> {
  const request = generateRequest(item, defaultModel);
  if (request.form === 'rest') return request;
  const { systemInstruction, ...config } = request.config;
  const params = Object.fromEntries(Object.entries(config).filter(([name]) => !callSettings.has(name)));
  const input = {
    contents: toContents(request.contents),
    ...(systemInstruction === undefined ? {} : { systemInstruction: toContents(systemInstruction)[0] }),
  };
  const rest = generateRequest({ itemId: item.itemId, input, model: undefined, params }, undefined);
  const body = rest.form === 'rest' ? rest.body : input;
  return { form: 'rest', model: request.model, body };
}

/** Text and parts become contents of the user; neighbours share one (genai _transformers, tContents). */
function toContents(value: unknown): readonly Json[] {
  const contents: Json[] = [];
  let parts: unknown[] = [];
  const flush = (): void => {
    if (parts.length > 0) contents.push({ role: 'user', parts });
    parts = [];
  };
  for (const entry of Array.isArray(value) ? (value as readonly unknown[]) : [value]) {
    if (isRecord(entry) && 'parts' in entry) {
      flush();
      contents.push(entry);
    } else {
      parts.push(typeof entry === 'string' ? { text: entry } : entry);
    }
  }
  flush();
  return contents;
}
