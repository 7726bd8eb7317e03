import type { ResolvedItem } from '../core/item.js';
import type { Usage } from '../core/result.js';
import { isRecord } from './is-record.js';
import { tokensOf } from './native/prompt-tokens.js';
import { outputLimit } from './output-limit.js';

/** Fields in which the usual APIs have what the model reads. */
const spoken: ReadonlySet<string> = new Set([
  'prompt',
  'system',
  'messages',
  'input',
  'instructions',
  'contents',
  'systemInstruction',
]);

/**
 * Tokens of a request where the provider does not estimate them itself: UTF-8 bytes of its text / 3, which is rather too high
 * than too low, plus the output limit it names; pictures and files count as 1,000 each. A body without any of the usual fields
 * counts as a whole.
 */
export function estimateTokens(item: ResolvedItem): number {
  const { input } = item;
  return Math.max(1, Math.ceil(spokenIn(input) ?? tokensOf(input))) + outputLimit(item);
}

function spokenIn(body: unknown): number | undefined {
  let tokens: number | undefined;
  if (isRecord(body))
    for (const name in body)
      if (spoken.has(name) && body[name] !== undefined) tokens = (tokens ?? 0) + tokensOf(body[name]);
  return tokens;
}

/** Tokens that count in the end where the provider does not count them itself: all of them. */
export function countUsage({ inputTokens, outputTokens }: Usage): number {
  return inputTokens + outputTokens;
}
