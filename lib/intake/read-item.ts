import { BatchError, isBatchError, messageOf } from '../core/errors.js';
import type { BatchItem } from '../core/item.js';
import { jsonProblem } from '../core/json-value.js';
import { describeValue, suggestion } from '../options/check-options.js';
import { contentHash } from './content-hash.js';

/** An item as read: its text for the store, its hash, and its own id if it has one. */
export interface ReadItem {
  readonly itemId: string | undefined;
  readonly hash: Buffer;
  /** JSON of `{ input, model?, params?, metadata? }`. */
  readonly request: string;
  readonly item: BatchItem;
}

const fields = ['itemId', 'input', 'model', 'params', 'metadata'] as const;
const known: ReadonlySet<string> = new Set(fields);

/** Checks one value of the input; `place` names it in errors ("item 3"). Throws `invalid_item`. */
export function readItem(value: unknown, place: string): ReadItem {
  try {
    return read(value, place);
  } catch (error) {
    // A getter or a Proxy of the caller's own.
    throw isBatchError(error) ? error : invalid(place, `cannot be read: ${messageOf(error)}`);
  }
}

function read(value: unknown, place: string): ReadItem {
  const item = checkShape(typeof value === 'string' ? { input: value } : value, place);
  const input = toJson(item.input, place, 'input');
  const model = item.model === undefined ? '' : `,"model":${JSON.stringify(item.model)}`;
  const params = item.params === undefined ? '' : toJson(item.params, place, 'params');
  const metadata = item.metadata === undefined ? '' : `,"metadata":${toJson(item.metadata, place, 'metadata')}`;
  // The short part first: a text of many pieces is copied once more for each.
  const rest = `\n${model}\n${params === '' ? '' : stableJson(item.params, params)}`;
  return {
    itemId: item.itemId,
    hash: contentHash(stableJson(item.input, input) + rest),
    request: `{"input":${input}${model}${params === '' ? '' : `,"params":${params}`}${metadata}}`,
    item,
  };
}

function checkShape(value: unknown, place: string): BatchItem {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) {
    const hint = ArrayBuffer.isView(value)
      ? '; a stream of bytes must be parsed first, for example with readJsonl(stream)'
      : '';
    throw invalid(
      place,
      `expected an object such as { itemId: "a", input: { prompt: "..." } }, got ${describeValue(value)}${hint}`,
    );
  }
  for (const key in value)
    if (!known.has(key)) throw invalid(place, `unknown field ${shortJson(key)}${suggestion(key.slice(0, 80), fields)}`);
  const { itemId, input, model, params } = value as Record<string, unknown>;
  if (itemId !== undefined && typeof itemId !== 'string')
    throw invalid(place, `expected "itemId" to be a string, got ${describeValue(itemId)}`);
  if (typeof itemId === 'string' && !itemId.isWellFormed())
    throw invalid(place, `"itemId" is not well-formed Unicode (half of a surrogate pair)`);
  if (input === undefined)
    throw invalid(place, 'the field "input" is missing; give { prompt: "..." } or the body of the request');
  if (model !== undefined && (typeof model !== 'string' || model === ''))
    throw invalid(place, `expected "model" to be a string, got ${describeValue(model)}`);
  if (params !== undefined && (typeof params !== 'object' || params === null || Array.isArray(params))) {
    throw invalid(place, `expected "params" to be an object, got ${describeValue(params)}`);
  }
  return value as BatchItem;
}

function toJson(value: unknown, place: string, field: string): string {
  let text: unknown;
  let problem: string | undefined;
  try {
    text = JSON.stringify(value);
    // A function or a symbol has no JSON; and what can be written from here may be too deep to be written from elsewhere.
    problem = typeof text === 'string' ? jsonProblem(value) : `got ${describeValue(value)}`;
  } catch (error) {
    problem = (error instanceof RangeError ? jsonProblem(value) : undefined) ?? messageOf(error).split('\n')[0];
  }
  if (problem === undefined && typeof text === 'string') return text;
  throw invalid(place, `"${field}" cannot be written as JSON: ${problem ?? ''}`);
}

/** The same text for the same content, whatever the order of the keys; `text` is its plain JSON. */
function stableJson(value: unknown, text: string): string {
  return isSorted(value) ? text : JSON.stringify(sorted(JSON.parse(JSON.stringify(value))));
}

function isSorted(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isSorted);
  let before = '';
  for (const key in value) {
    if (key < before || !isSorted((value as Record<string, unknown>)[key])) return false;
    before = key;
  }
  return true;
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const copy = Object.create(null) as Record<string, unknown>;
  for (const key of Object.keys(value).sort()) copy[key] = sorted((value as Record<string, unknown>)[key]);
  return copy;
}

function shortJson(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text);
}

export function invalid(place: string, what: string): BatchError {
  return new BatchError('invalid_item', `${place}: ${what}`);
}
