import type { ResolvedItem } from '../core/item.js';
import type { Usage } from '../core/result.js';
import { isRecord } from './is-record.js';
import { promptTokens } from './native/prompt-tokens.js';
import { outputLimit } from './output-limit.js';

/** Fields in which the usual APIs have what the model reads. */
const spoken = ['prompt', 'system', 'messages', 'input', 'instructions', 'contents', 'systemInstruction'] as const;

/**
 * Tokens of a request where the provider does not estimate them itself: UTF-8 bytes of its text / 3, which is rather too high
 * than too low, plus the output limit it names; pictures and files count as 1,000 each. A body without any of the usual fields
 * counts as a whole.
 */
export function estimateTokens(item: ResolvedItem): number {
  const { input } = item;
  const read = isRecord(input) ? spokenIn(input) : [];
  return promptTokens(...(read.length === 0 ? [input] : read)) + outputLimit(item);
}

function spokenIn(body: Readonly<Record<string, unknown>>): readonly unknown[] {
  const read: unknown[] = [];
  for (const name of spoken) if (body[name] !== undefined) read.push(body[name]);
  return read;
}

/** Tokens that count in the end where the provider does not count them itself: all of them. */
export function countUsage({ inputTokens, outputTokens }: Usage): number {
  return inputTokens + outputTokens;
}
