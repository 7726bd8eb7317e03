import type { NativeCapability } from '../../native.js';
import type { GeminiEndpointName } from '../endpoints.js';
import type { GeminiProviderOptions } from '../gemini.js';
import type { GeminiSettings } from '../settings.js';

/** Whether `mode: 'auto'` may send batches to this server, and why. */
export function geminiAuto(
  { client }: GeminiProviderOptions,
  { baseURL, foreign }: GeminiSettings,
  endpoint: GeminiEndpointName,
): NativeCapability['auto'] {
  const { vertexai } = (client ?? {}) as { readonly vertexai?: unknown };
  if (vertexai === true) return { sensible: false, reason: 'batches on Vertex AI work in another way' };
  if (foreign) {
    const { host } = new URL(baseURL);
    return { sensible: false, reason: `${host} is not Google's own server: native mode there is by choice` };
  }
  return { sensible: true, reason: `Gemini runs batches of ${endpoint} at half the price` };
}
