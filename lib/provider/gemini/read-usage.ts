import type { Usage } from '../../core/result.js';
import { isRecord } from '../is-record.js';

/** Tokens of an answer. Billed output is candidates and thoughts; tool results count as input (v1beta UsageMetadata). */
export function readGeminiUsage(metadata: unknown): Usage | undefined {
  if (!isRecord(metadata)) return undefined;
  const count = (name: string): number => (typeof metadata[name] === 'number' ? metadata[name] : 0);
  if (typeof metadata['promptTokenCount'] !== 'number' && typeof metadata['totalTokenCount'] !== 'number')
    return undefined;
  const cached = metadata['cachedContentTokenCount'];
  return {
    inputTokens: count('promptTokenCount') + count('toolUsePromptTokenCount'),
    outputTokens: count('candidatesTokenCount') + count('thoughtsTokenCount'),
    ...(typeof cached === 'number' ? { cachedInputTokens: cached } : {}),
  };
}
