import { messageOf } from '../core/errors.js';
import { LineProblem, readFields } from './line-formats.js';
import { isFields, shortened, shown, type ParsedLine } from './request-line.js';

/**
 * Reads one line of a JSONL file of requests, in whichever of these formats it is:
 *
 * - `{"itemId", "input", "model", "params", "metadata"}`, only `input` required (also `item_id`, `id`; `meta`)
 * - `{"custom_id", "method", "url", "body"}`, a line of OpenAI's batch input
 * - `{"key", "request"}`, a line of Gemini's
 * - `{"prompt", "system"}`, with or without an id, model, params and metadata, or a bare string
 *
 * Never throws: a line that is none of them comes back as a problem.
 */
export function parseLine(text: string): ParsedLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { ok: false, problem: notJson(text, messageOf(error)) };
  }
  if (typeof value === 'string') return { ok: true, request: { format: 'prompt', item: { input: { prompt: value } } } };
  if (!isFields(value)) return { ok: false, problem: `expected one JSON object per line, got ${shown(value)}` };
  try {
    return { ok: true, request: readFields(value) };
  } catch (error) {
    if (error instanceof LineProblem) return { ok: false, problem: `${error.message}: ${shortened(text)}` };
    throw error;
  }
}

function notJson(text: string, reason: string): string {
  // The engine's message quotes the text once more; ours shows it anyway.
  const why = reason.replace(/, (\.\.\.)?".*"(\.\.\.)? is not valid JSON$/s, '');
  const array = text.trimStart().startsWith('[') ? ', not an array' : '';
  return `not JSON: ${why} (one JSON object per line is expected${array}): ${shortened(text.trim())}`;
}
