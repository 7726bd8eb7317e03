import type { Usage } from '../../core/result.js';
import { isRecord } from '../is-record.js';

/** Tokens of a chat completion, a response or an embedding; undefined where the server does not count. */
export function readOpenAIUsage(usage: unknown): Usage | undefined {
  if (!isRecord(usage)) return undefined;
  const inputTokens = count(usage['prompt_tokens']) ?? count(usage['input_tokens']);
  const outputTokens = count(usage['completion_tokens']) ?? count(usage['output_tokens']);
  if (inputTokens === undefined && outputTokens === undefined) return undefined;
  const details = usage['prompt_tokens_details'] ?? usage['input_tokens_details'];
  const cached = isRecord(details) ? count(details['cached_tokens']) : undefined;
  return {
    inputTokens: inputTokens ?? 0,
    outputTokens: outputTokens ?? 0,
    ...(cached === undefined ? {} : { cachedInputTokens: cached }),
  };
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}
