import type { OpenAIEndpoint } from '../endpoints.js';
import type { OpenAIProviderOptions } from '../openai.js';
import type { OpenAISettings } from '../settings.js';

/** What a line's `url` and a batch's `endpoint` say; elsewhere they must be equal (OpenAI batch guide). */
export interface BatchUrls {
  readonly line: string;
  readonly batch: string;
}

/** Whether batches are Azure's, through its own client or its v1 API. */
export function isAzure({ azure }: OpenAIProviderOptions, { baseURL }: OpenAISettings): boolean {
  return azure !== undefined || (URL.canParse(baseURL) && new URL(baseURL).hostname.endsWith('.azure.com'));
}

/** Azure's batch guide: chat lines go without `/v1`, and a batch says `/chat/completions` whatever its lines are. */
export function batchUrls(endpoint: OpenAIEndpoint, onAzure: boolean): BatchUrls {
  if (!onAzure) return { line: endpoint, batch: endpoint };
  const chat = '/chat/completions';
  return { line: endpoint === '/v1/chat/completions' ? chat : endpoint, batch: chat };
}
