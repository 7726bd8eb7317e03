import type { ResolvedItem } from '../../core/item.js';
import { isRecord } from '../is-record.js';

/** A picture up to 384 pixels wide, or one tile of a larger one (Gemini token guide); of other files little is known beforehand. */
const perAttachment = 258;

/** What Gemini takes from the tokens-per-minute quota: input tokens, at characters / 4 (Gemini token guide); output is free. */
export function estimateGeminiTokens({ input, params }: ResolvedItem): number {
  const { characters, attachments } = sum([measure(input), measure(params['systemInstruction'])]);
  return Math.max(1, Math.ceil(characters / 4) + attachments * perAttachment);
}

/** Characters of text that an input has, without the bytes of its pictures and files. */
export function textCharacters(input: unknown): number {
  return measure(input).characters;
}

interface Size {
  readonly characters: number;
  readonly attachments: number;
}

/** Fields of an input, a content and a part that hold what the model reads, in either spelling. */
const holders = [
  ...['prompt', 'system', 'contents', 'content', 'requests', 'parts', 'text', 'config'],
  ...['systemInstruction', 'system_instruction'],
] as const;
const files = ['inlineData', 'inline_data', 'fileData', 'file_data'] as const;
const calls = ['functionCall', 'function_call', 'functionResponse', 'function_response'] as const;

function measure(value: unknown): Size {
  if (typeof value === 'string') return { characters: value.length, attachments: 0 };
  if (Array.isArray(value)) return sum(value.map(measure));
  if (!isRecord(value)) return { characters: 0, attachments: 0 };
  const call = calls.find((name) => name in value);
  if (call !== undefined) return { characters: JSON.stringify(value[call]).length, attachments: 0 };
  const held = sum(holders.map((name) => measure(value[name])));
  return files.some((name) => name in value) ? { ...held, attachments: held.attachments + 1 } : held;
}

function sum(sizes: readonly Size[]): Size {
  let characters = 0;
  let attachments = 0;
  for (const size of sizes) {
    characters += size.characters;
    attachments += size.attachments;
  }
  return { characters, attachments };
}
