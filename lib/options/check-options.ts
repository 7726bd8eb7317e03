import { closest } from 'fastest-levenshtein';
import type { z } from 'zod';
import { OptionsError } from '../core/errors.js';
import { redactSecrets } from '../core/redact.js';
import { knownAs, takenBy } from './other-names.js';

/**
 * Checks a call's options against a schema whose messages say what is expected ("a whole number from 1 up").
 * Throws an OptionsError that names the field, shows the value received, and guesses at a misspelling.
 */
export function checkOptions<S extends z.ZodType>(schema: S, options: unknown, call: string): z.output<S> {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  if (issue === undefined) throw new OptionsError(`${call}: invalid options`);
  if (issue.code === 'unrecognized_keys') throw new OptionsError(unknownKey(schema, issue.keys[0] ?? '', call));
  const field = issue.path.join('.');
  const value = valueAt(options, issue.path);
  // A key is never shown, not even a wrong one.
  const received = /key$/i.test(field) ? `a value of type ${typeof value}` : describeValue(value);
  if (field === '') throw new OptionsError(`${call}: expected an options object, got ${received}`);
  throw new OptionsError(`${call}: expected "${field}" to be ${issue.message}, got ${received}`);
}

function unknownKey(schema: z.ZodType, key: string, call: string): string {
  const known =
    'shape' in schema && typeof schema.shape === 'object' && schema.shape !== null ? Object.keys(schema.shape) : [];
  const unknown = `${call}: unknown option "${key}"`;
  const ours = knownAs(key, known);
  if (ours !== undefined) return `${unknown}; did you mean "${ours}"?`;
  const elsewhere = takenBy(key, call);
  return elsewhere === undefined ? unknown + suggestion(key, known) : `${unknown}; it is an option of ${elsewhere}`;
}

/** `; did you mean "x"?` for the nearest of the known words, or the list of them where none is near. */
export function suggestion(word: string, known: readonly string[]): string {
  if (known.length === 0) return '';
  const normal = (text: string): string => text.toLowerCase().replaceAll(/[-_]/g, '');
  const nearest = closest(normal(word), known.map(normal));
  const match = known.find((name) => normal(name) === nearest) ?? '';
  const close = sharesMost(normal(word), nearest);
  return close ? `; did you mean "${match}"?` : `; known: ${known.join(', ')}`;
}

function sharesMost(word: string, candidate: string): boolean {
  if (candidate.startsWith(word) || word.startsWith(candidate)) return true;
  let same = 0;
  for (let i = 0; i < Math.min(word.length, candidate.length); i++) if (word[i] === candidate[i]) same++;
  const bag = Array.from(word).filter((letter) => candidate.includes(letter)).length;
  return Math.max(same, bag) >= Math.max(word.length, candidate.length) * 0.6;
}

function valueAt(options: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = options;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

/** A value as a message shows it: short, with its type, and without a key that came to the wrong place. */
export function describeValue(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'undefined';
  if (typeof value === 'string') return `${JSON.stringify(shorten(redactSecrets(value)))} (string)`;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return `${String(value)} (${typeof value})`;
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return `an array of ${String(value.length)}`;
  if (typeof value === 'symbol') return 'a symbol';
  const name =
    Object.getPrototypeOf(value) === null ? undefined : (value.constructor as { name?: string } | undefined)?.name;
  return name === 'Object' || name === undefined ? 'an object' : `an object (${name})`;
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
