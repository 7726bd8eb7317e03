import type { ResolvedItem } from '../../core/item.js';
import { isRecord } from '../is-record.js';

type Json = Readonly<Record<string, unknown>>;

/** A request in the form of the REST API, sent as it is, or in that of the SDK, which translates it. */
export type GenerateRequest =
  | { readonly form: 'rest'; readonly model: string | undefined; readonly body: Json }
  | { readonly form: 'sdk'; readonly model: string | undefined; readonly contents: unknown; readonly config: Json };

/** Fields of a GenerateContentRequest; every other parameter belongs into its `generationConfig` (v1beta discovery document). */
const outer: ReadonlySet<string> = new Set([
  ...['systemInstruction', 'safetySettings', 'tools', 'toolConfig', 'cachedContent', 'serviceTier', 'labels', 'store'],
  ...['system_instruction', 'safety_settings', 'tool_config', 'cached_content', 'service_tier'],
]);

/**
 * An item's request. A string or `{ prompt, system? }` becomes contents, its other fields are parameters; `{ contents,
 * generationConfig, ... }` is the body itself; `{ contents, config }`, or contents as only the SDK takes them (text, parts), go
 * through the SDK's method. Over it go the item's `params`, those of the generation config into that. The model is that of
 * `params`, else the body's own, else the item's (or job's or client's), else the provider's default.
 */
export function generateRequest(
  { input, model, params }: ResolvedItem,
  defaultModel: string | undefined,
): GenerateRequest {
  const { model: wanted, generationConfig, ...settings } = params;
  const given = isRecord(generationConfig) ? { ...generationConfig, ...settings } : settings;
  const convenient = typeof input === 'string' ? { prompt: input } : input;
  if (isGeminiPrompt(convenient)) {
    const { prompt, system, model: own, ...rest } = convenient;
    const body = {
      contents: [{ role: 'user', parts: [{ text: prompt }] }],
      ...(system === undefined ? {} : { systemInstruction: { parts: [{ text: system }] } }),
    };
    return {
      form: 'rest',
      model: text(wanted ?? own ?? model ?? defaultModel),
      body: withSettings(body, { ...rest, ...given }),
    };
  }
  const { model: own, ...body } = isRecord(convenient) ? convenient : {};
  const chosen = text(wanted ?? own ?? model ?? defaultModel);
  if (isRestBody(body)) return { form: 'rest', model: chosen, body: withSettings(body, given) };
  const { contents, config, ...rest } = body;
  const merged = { ...flatten(rest), ...(isRecord(config) ? config : {}), ...given };
  return { form: 'sdk', model: chosen, contents, config: merged };
}

/** The same request for a client that has only the SDK's method. */
export function toSdkForm(request: GenerateRequest): Extract<GenerateRequest, { form: 'sdk' }> {
  if (request.form === 'sdk') return request;
  const { contents, ...rest } = request.body;
  return { form: 'sdk', model: request.model, contents, config: flatten(rest) };
}

/** Whether an input is the convenient form. */
export function isGeminiPrompt(input: unknown): input is { readonly prompt: string } & Json {
  return isRecord(input) && typeof input['prompt'] === 'string' && !('contents' in input) && !('content' in input);
}

function isRestBody({ contents, config }: Json): boolean {
  return (
    config === undefined &&
    Array.isArray(contents) &&
    contents.every((content) => isRecord(content) && 'parts' in content)
  );
}

/** Untouched where there is nothing to set. */
function withSettings(body: Json, settings: Json): Json {
  const entries = Object.entries(settings);
  if (entries.length === 0) return body;
  const configKey = 'generation_config' in body ? 'generation_config' : 'generationConfig';
  const inner = Object.fromEntries(entries.filter(([name]) => !outer.has(name)));
  const around = Object.fromEntries(entries.filter(([name]) => outer.has(name)));
  const config = isRecord(body[configKey]) ? body[configKey] : {};
  return { ...body, ...around, ...(Object.keys(inner).length === 0 ? {} : { [configKey]: { ...config, ...inner } }) };
}

function flatten({ generationConfig, ...rest }: Json): Json {
  return isRecord(generationConfig) ? { ...generationConfig, ...rest } : rest;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
