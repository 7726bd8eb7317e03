import { messageOf } from './errors.js';

/** Levels of nesting a value may have: more than any sensible one, and far less than what a JSON writer's stack holds. */
export const mostNesting = 1_000;

/** Why a value cannot be stored as JSON, in a few words, or undefined. Never throws, whatever the value. */
export function jsonProblem(value: unknown): string | undefined {
  try {
    return typeof value === 'function' || typeof value === 'symbol' ? `a ${typeof value}` : problemIn(value, 0);
  } catch (error) {
    // A getter or a `toJSON` of the caller's own.
    return messageOf(error);
  }
}

function problemIn(value: unknown, depth: number): string | undefined {
  if (typeof value === 'bigint') return 'a bigint';
  if (typeof value !== 'object' || value === null) return undefined;
  // A circle has no end either.
  if (depth >= mostNesting) return `nested more than ${String(mostNesting)} levels deep`;
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    JSON.stringify(value);
    return undefined;
  }
  for (const part of Array.isArray(value) ? (value as readonly unknown[]) : Object.values(value)) {
    // Vectors are most of what is large: numbers cost no call.
    if (typeof part !== 'object' && typeof part !== 'bigint') continue;
    const problem = problemIn(part, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
