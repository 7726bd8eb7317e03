import { isRecord } from '../is-record.js';

/** Fields that are no part of a prompt's text, or stand for something that is not text. */
const silent: ReadonlySet<string> = new Set(['role', 'type', 'model', 'mimeType', 'mime_type', 'detail', 'task_type']);
/** Of a picture or a file, whose bytes say nothing about its tokens. */
const perAttachment = 1_000;
const bytesPerToken = 3;

/**
 * Prompt tokens of a request's body by estimate: UTF-8 bytes of its texts / 3, which is too high for prose and about right for
 * JSON, code and Chinese; tokens given as numbers are counted. A queue of enqueued tokens must not be overrun, so rather too
 * high than too low.
 */
export function promptTokens(...parts: readonly unknown[]): number {
  return Math.max(1, Math.ceil(sumOf(parts)));
}

/** The same before it is rounded: 0 of nothing. */
export function tokensOf(value: unknown): number {
  if (typeof value === 'string') {
    return value.startsWith('data:') ? perAttachment : Buffer.byteLength(value) / bytesPerToken;
  }
  if (typeof value === 'number') return 1;
  if (Array.isArray(value)) return sumOf(value);
  if (!isRecord(value)) return 0;
  let tokens = 0;
  for (const [name, entry] of Object.entries(value)) {
    if (silent.has(name)) continue;
    tokens +=
      name === 'inlineData' || name === 'inline_data' || name === 'input_audio' ? perAttachment : tokensOf(entry);
  }
  return tokens;
}

function sumOf(values: readonly unknown[]): number {
  let tokens = 0;
  for (const value of values) tokens += tokensOf(value);
  return tokens;
}

/** Tokens of something that is JSON for the model too, as tools and schemas are. */
export function jsonTokens(value: unknown): number {
  return value === undefined ? 0 : Math.ceil(Buffer.byteLength(JSON.stringify(value)) / bytesPerToken);
}
