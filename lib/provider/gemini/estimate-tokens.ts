import type { ResolvedItem } from '../../core/item.js';
import { countCharacters } from '../estimate-tokens.js';
import { isRecord } from '../is-record.js';

/** What Gemini takes from the tokens-per-minute quota: input tokens, at characters / 4; a picture or file counts as 258. */
export function estimateGeminiTokens({ input }: ResolvedItem): number {
  if (!isRecord(input) || !Array.isArray(input['contents'])) return Math.max(1, Math.ceil(countCharacters(input) / 4));
  const contents: readonly unknown[] = input['contents'];
  const parts = [...contents, input['systemInstruction']].flatMap(partsOf);
  const tokens = parts.reduce<number>((sum, part) => sum + tokensOf(part), 0);
  return Math.max(1, Math.ceil(tokens));
}

function partsOf(content: unknown): readonly unknown[] {
  if (typeof content === 'string') return [{ text: content }];
  return isRecord(content) && Array.isArray(content['parts']) ? content['parts'] : [];
}

function tokensOf(part: unknown): number {
  if (typeof part === 'string') return part.length / 4;
  if (!isRecord(part)) return 0;
  if (typeof part['text'] === 'string') return part['text'].length / 4;
  return 'inlineData' in part || 'fileData' in part ? 258 : countCharacters(part) / 4;
}
