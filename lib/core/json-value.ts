import { messageOf } from './errors.js';

/** Levels of nesting a value may have: more than any sensible one, and far less than what a JSON writer's stack holds. */
export const mostNesting = 1_000;

/**
 * Why a value cannot be stored as JSON, in a few words and with its place, or undefined. What would be stored as something
 * else (NaN as null, a Map as {}) cannot be. Never throws, whatever the value.
 */
export function jsonProblem(value: unknown): string | undefined {
  return problemOf(value, true);
}

/** Whether a value can be written as JSON at all, be it not to the letter. */
export function isWritable(value: unknown): boolean {
  return problemOf(value, false) === undefined;
}

/** A problem, and the keys that lead to it. */
interface Problem {
  readonly what: string;
  readonly path: readonly string[];
}

function problemOf(value: unknown, exact: boolean): string | undefined {
  try {
    if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`;
    const problem = problemIn(value, 0, exact);
    if (problem === undefined) return undefined;
    const { what, path } = problem;
    return path.length === 0 || path.length > mostShown ? what : `${what} at ${JSON.stringify(path.join('.'))}`;
  } catch (error) {
    // A getter or a `toJSON` of the caller's own.
    return messageOf(error);
  }
}

/** Keys worth showing. */
const mostShown = 20;

function problemIn(value: unknown, depth: number, exact: boolean): Problem | undefined {
  if (typeof value === 'bigint') return found('a bigint');
  if (typeof value === 'number') return exact ? numberProblem(value) : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  // A circle has no end either.
  if (depth >= mostNesting) return found(`nested more than ${String(mostNesting)} levels deep`);
  if (!('toJSON' in value) || typeof value.toJSON !== 'function') return problemWithin(value, depth, exact);
  const plain: unknown = (value as { toJSON: (key: string) => unknown }).toJSON('');
  // What it gives is written as it is, though it have a `toJSON` itself.
  if (typeof plain === 'object' && plain !== null) return problemWithin(plain, depth, exact);
  if (exact && (plain === undefined || typeof plain === 'function')) return found('a toJSON that gives nothing');
  return problemIn(plain, depth, exact);
}

function problemWithin(value: object, depth: number, exact: boolean): Problem | undefined {
  const parts: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  if (exact && parts.length === 0 && !isPlain(value)) return found(`an object (${kindOf(value)}) that JSON has as {}`);
  for (const part of parts) {
    // Vectors are most of what is large: numbers cost no call.
    const kind = typeof part;
    if (kind !== 'object' && kind !== 'bigint' && (kind !== 'number' || Number.isFinite(part))) continue;
    const problem = problemIn(part, depth + 1, exact);
    if (problem !== undefined) return { what: problem.what, path: [keyOf(value, part), ...problem.path] };
  }
  return undefined;
}

const found = (what: string): Problem => ({ what, path: [] });

function numberProblem(value: number): Problem | undefined {
  if (Number.isFinite(value)) return undefined;
  return found(Number.isNaN(value) ? 'NaN' : `a number that is too large to be kept (${String(value)})`);
}

const plainKinds: ReadonlySet<string> = new Set(['Object', 'Array', 'Arguments', 'Number', 'String', 'Boolean']);

const kindOf = (value: object): string => Object.prototype.toString.call(value).slice(8, -1);

/** Whether an object that seems empty is: a Map or a Promise keeps what it has where JSON does not look. */
const isPlain = (value: object): boolean => ArrayBuffer.isView(value) || plainKinds.has(kindOf(value));

function keyOf(value: object, part: unknown): string {
  return Object.entries(value).find(([, each]) => Object.is(each, part))?.[0] ?? '';
}
