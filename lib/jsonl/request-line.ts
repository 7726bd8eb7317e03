import type { BatchItem } from '../core/item.js';

/** Which of the four kinds of line it was: ours, OpenAI's batch input, Gemini's batch input, or a bare prompt. */
export type LineFormat = 'item' | 'openai' | 'gemini' | 'prompt';

/** One request of a JSONL file. */
export interface RequestLine {
  readonly format: LineFormat;
  readonly item: BatchItem;
  /** Where the line says so: the endpoint its body is written for, such as `/v1/chat/completions`. */
  readonly endpoint?: string;
}

/** A request, or what is wrong with the line in a few words. */
export type ParsedLine =
  { readonly ok: true; readonly request: RequestLine } | { readonly ok: false; readonly problem: string };

/** What a JSON object on a line may hold. */
export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value as a message shows it: its JSON, cut after `max` characters. */
export function shortened(text: string, max = 60): string {
  return text.length > max ? `${text.slice(0, max - 3)}...` : text;
}

export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  try {
    return shortened(JSON.stringify(value));
  } catch {
    // It was read without end in sight, and writing it would take more stack than there is.
    return `${Array.isArray(value) ? 'an array' : 'an object'} of too many levels`;
  }
}
