import type { ResolvedItem } from '../../core/item.js';
import { isRecord } from '../is-record.js';
import { outputLimit } from '../output-limit.js';

/** A picture in high detail is 765 to about 1,100 tokens, one in low detail 85 (OpenAI vision guide); files are not known. */
const perAttachment = 1_000;
const perLowDetail = 85;

/**
 * What OpenAI takes from the tokens-per-minute quota, at admission and for good: the larger of the output limit and the
 * tokens its characters suggest (OpenAI rate-limits guide), four to a token. Only content counts, not the JSON around it.
 */
export function estimateOpenAITokens(item: ResolvedItem): number {
  return Math.max(1, Math.ceil(contentTokens({ ...bodyOf(item.input), ...item.params })), outputLimit(item));
}

function bodyOf(input: unknown): Readonly<Record<string, unknown>> {
  return isRecord(input) ? input : { prompt: input };
}

/** Of chat completions, responses, embeddings, and of the convenient form. */
function contentTokens({ messages, input, instructions, prompt, system }: Readonly<Record<string, unknown>>): number {
  return [messages, input, instructions, prompt, system].reduce<number>((sum, value) => sum + tokensOf(value), 0);
}

/** Of text, of a message, of a part of one, or of a list of these; a number is a token of an embedding's input. */
function tokensOf(value: unknown): number {
  if (typeof value === 'string') return value.length / 4;
  if (typeof value === 'number') return 1;
  if (Array.isArray(value)) return value.reduce<number>((sum, entry) => sum + tokensOf(entry), 0);
  if (!isRecord(value)) return 0;
  if (isAttachment(value)) return isLowDetail(value) ? perLowDetail : perAttachment;
  return tokensOf(value['content']) + tokensOf(value['text']) + tokensOf(value['output']);
}

/** `image_url`, `input_image`, `input_audio`, `file`, `input_file`: their bytes say nothing about their tokens. */
function isAttachment({ type }: Readonly<Record<string, unknown>>): boolean {
  return typeof type === 'string' && /image|audio|file/.test(type);
}

function isLowDetail({ detail, image_url: image }: Readonly<Record<string, unknown>>): boolean {
  return detail === 'low' || (isRecord(image) && image['detail'] === 'low');
}
