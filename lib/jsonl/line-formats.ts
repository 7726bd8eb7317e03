import type { BatchItem } from '../core/item.js';
import { isFields, shown, type Fields, type LineFormat, type RequestLine } from './request-line.js';

/** Thrown inside this folder only: what is wrong with a line, in a few words. */
export class LineProblem extends Error {}

const ids = ['itemId', 'item_id', 'id', 'custom_id', 'key'];
const extras = ['model', 'params', 'metadata', 'meta'];

/** The fields each format may have. Anything else is refused: a `temperature` in the wrong place must not be dropped in silence. */
const known: Readonly<Record<LineFormat, readonly string[]>> = {
  item: [...ids, ...extras, 'input'],
  prompt: [...ids, ...extras, 'prompt', 'system'],
  openai: [...ids, 'method', 'url', 'body', 'metadata', 'meta'],
  gemini: [...ids, 'request', 'metadata', 'meta'],
};

/** The field that tells a format, most telling first. */
const formats: readonly (readonly [field: string, format: LineFormat])[] = [
  ['body', 'openai'],
  ['request', 'gemini'],
  ['input', 'item'],
  ['prompt', 'prompt'],
];

/** Reads a line's object as whichever of the four formats it is. Throws a {@link LineProblem}. */
export function readFields(fields: Fields): RequestLine {
  const format = formats.find(([field]) => Object.hasOwn(fields, field))?.[1];
  if (format === undefined) throw new LineProblem(unknownFormat(fields));
  const stranger = Object.keys(fields).find((field) => !known[format].includes(field));
  if (stranger !== undefined) throw new LineProblem(`unknown field ${shown(stranger)}; ${placeFor(format)}`);
  const endpoint = endpointOf(format, fields);
  return {
    format,
    item: { ...itemId(fields), input: inputOf(format, fields), ...extrasOf(fields) },
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}

function unknownFormat(fields: Fields): string {
  const names = Object.keys(fields);
  const found = names.length === 0 ? 'an empty object' : `only ${names.slice(0, 5).map(shown).join(', ')}`;
  return `expected one of "input", "prompt", "body" (OpenAI batch line) or "request" (Gemini batch line), found ${found}`;
}

function placeFor(format: LineFormat): string {
  if (format === 'openai') return 'request parameters belong into "body", notes of your own into "metadata"';
  if (format === 'gemini') return 'request parameters belong into "request", notes of your own into "metadata"';
  return 'request parameters belong into "params", notes of your own into "metadata"';
}

function itemId(fields: Fields): Pick<BatchItem, 'itemId'> {
  const given = ids.filter((name) => Object.hasOwn(fields, name));
  const [name] = given;
  if (name === undefined) return {};
  if (given.length > 1) throw new LineProblem(`expected one id, found ${given.map((id) => `"${id}"`).join(' and ')}`);
  const value = fields[name];
  if (typeof value === 'string') return { itemId: value };
  // Data sets number their rows; the id is that number's text.
  if (Number.isSafeInteger(value)) return { itemId: String(value) };
  throw new LineProblem(`expected "${name}" to be a string, got ${shown(value)}`);
}

function inputOf(format: LineFormat, fields: Fields): unknown {
  switch (format) {
    case 'prompt':
      return {
        prompt: text(fields, 'prompt'),
        ...(fields['system'] === undefined ? {} : { system: text(fields, 'system') }),
      };
    case 'openai':
      return object(fields, 'body');
    case 'gemini':
      return object(fields, 'request');
    case 'item':
      return typeof fields['input'] === 'string' ? fields['input'] : object(fields, 'input', 'a string or an object');
  }
}

function extrasOf(fields: Fields): Partial<BatchItem> {
  if (Object.hasOwn(fields, 'metadata') && Object.hasOwn(fields, 'meta'))
    throw new LineProblem('expected one of "metadata" and "meta", found both');
  const metadata = fields['metadata'] ?? fields['meta'];
  return {
    ...(isGiven(fields['model']) ? { model: text(fields, 'model') } : {}),
    ...(isGiven(fields['params']) ? { params: object(fields, 'params') } : {}),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

function endpointOf(format: LineFormat, fields: Fields): string | undefined {
  if (format === 'gemini') {
    const request = object(fields, 'request');
    if (Object.hasOwn(request, 'contents')) return 'generateContent';
    return Object.hasOwn(request, 'content') ? 'embedContent' : undefined;
  }
  if (format !== 'openai') return undefined;
  const method = fields['method'] ?? 'POST';
  if (method !== 'POST') throw new LineProblem(`expected "method" to be "POST", got ${shown(method)}`);
  if (fields['url'] === undefined) return undefined;
  const url = text(fields, 'url');
  if (!url.startsWith('/'))
    throw new LineProblem(`expected "url" to be a path such as "/v1/chat/completions", got ${shown(url)}`);
  // Azure writes the same endpoints without their version.
  return /^\/v\d+\//.test(url) ? url : `/v1${url}`;
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === 'string') return value;
  throw new LineProblem(`expected "${name}" to be a string, got ${shown(value)}`);
}

function object(fields: Fields, name: string, expected = 'an object'): Fields {
  const value = fields[name];
  if (isFields(value)) return value;
  throw new LineProblem(`expected "${name}" to be ${expected}, got ${shown(value)}`);
}
