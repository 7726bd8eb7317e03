import type { WireItem } from './wire.js';

/** Whether a text occurs in what a person would read of an item: not in the names of fields, nor in the provider's raw body. */
export function mentions({ itemId, input, result }: WireItem, text: string): boolean {
  const needle = text.toLowerCase();
  const answer = result === null ? undefined : result.ok ? result.output : [result.error.code, result.error.message];
  return [itemId, input, answer].some((part) => occurs(part, needle));
}

function occurs(value: unknown, needle: string): boolean {
  if (typeof value === 'string') return value.toLowerCase().includes(needle);
  if (typeof value === 'number') return String(value).includes(needle);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some((part) => occurs(part, needle));
}
