import { createHash } from 'node:crypto';

/** JSON with sorted keys, so that two spellings of one body are one. */
function canonical(value: unknown): string {
  if (value === undefined) return 'null';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`);
  return `{${fields.join(',')}}`;
}

/** 24 hexadecimal digits, the same for equal bodies whatever the order of their keys: 'distinct body' in the ledger. */
export function bodyKey(body: unknown): string {
  return textKey(canonical(body));
}

export function textKey(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}

/** A number in [0, 1) that depends on the parts alone: chance that a seed repeats, in whatever order requests arrive. */
export function chance(...parts: readonly (string | number)[]): number {
  return createHash('sha256').update(parts.join('\u0000')).digest().readUInt32BE(0) / 2 ** 32;
}

/** A small seeded generator of numbers in [0, 1) (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
