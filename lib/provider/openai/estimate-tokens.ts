import type { ResolvedItem } from '../../core/item.js';
import { estimateTokens } from '../estimate-tokens.js';
import { isRecord } from '../is-record.js';

const limits = ['max_completion_tokens', 'max_tokens', 'max_output_tokens'] as const;

/** What OpenAI takes from the tokens-per-minute quota: max(max_tokens, characters / 4), at admission (rate-limits guide). */
export function estimateOpenAITokens(item: ResolvedItem): number {
  const body = isRecord(item.input) ? item.input : {};
  const asked = limits.map((name) => item.params[name] ?? body[name]);
  return Math.max(estimateTokens(item), ...asked.filter((value) => typeof value === 'number'));
}
