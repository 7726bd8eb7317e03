import type { NativeCapability } from '../../native.js';
import type { OpenAIEndpoint } from '../endpoints.js';
import type { OpenAIProviderOptions } from '../openai.js';
import type { OpenAISettings } from '../settings.js';
import { isAzure } from './azure.js';

/** Whether `mode: 'auto'` may send batches to this server, and why. */
export function openaiAuto(
  options: OpenAIProviderOptions,
  settings: OpenAISettings,
  endpoint: OpenAIEndpoint,
): NativeCapability['auto'] {
  const { baseURL, foreign } = settings;
  const host = URL.canParse(baseURL) ? new URL(baseURL).host : baseURL;
  const onAzure = isAzure(options, settings);
  // Azure's batch guide.
  if (onAzure && endpoint === '/v1/embeddings')
    return { sensible: false, reason: 'Azure has no batches of embeddings' };
  if (foreign) return { sensible: false, reason: `${host} is not OpenAI's own server: native mode there is by choice` };
  return { sensible: true, reason: `${onAzure ? 'Azure' : 'OpenAI'} runs batches of ${endpoint} at half the price` };
}
