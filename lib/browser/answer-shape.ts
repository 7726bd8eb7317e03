import { BatchError, messageOf } from '../core/errors.js';

/** Fields an answer must have, and what is in them: the rest is taken on trust. */
export type Shape = Readonly<Record<string, 'object' | 'array' | 'string' | 'number' | 'boolean'>>;

/** Answers by what they are about. */
export const shapes = {
  job: { info: 'object', progress: 'object' },
  jobList: { jobs: 'array' },
  item: { itemId: 'string', state: 'string' },
  itemPage: { items: 'array' },
  failures: { failures: 'array' },
  result: { itemId: 'string', ok: 'boolean', cursor: 'number' },
  event: { type: 'string', jobId: 'string', seq: 'number' },
  itemEvent: { itemId: 'string', result: 'object' },
  progressEvent: { progress: 'object' },
  stopped: { jobId: 'string', status: 'string', code: 'string', message: 'string' },
} as const satisfies Readonly<Record<string, Shape>>;

/** JSON of a server, of this shape. Throws a BatchError that names the path. */
export function parseAnswer<T>(text: string, path: string, shape?: Shape): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unreadable(path, messageOf(error));
  }
  if (shape !== undefined) checkAnswer(value, path, shape);
  return value as T;
}

export function checkAnswer(value: unknown, path: string, shape: Shape): void {
  if (kindOf(value) !== 'object') throw unreadable(path, `expected an object, got ${kindOf(value)}`);
  const fields = value as Readonly<Record<string, unknown>>;
  for (const [name, kind] of Object.entries(shape)) {
    const got = kindOf(Object.hasOwn(fields, name) ? fields[name] : undefined);
    if (got !== kind) throw unreadable(path, `expected "${name}" to be of type ${kind}, got ${got}`);
  }
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** An answer that is none: of a proxy, say, or of something else at this address. */
export function unreadable(path: string, why: string): BatchError {
  return new BatchError('refused', `The server's answer to ${path.replace(/\?.*/s, '')} cannot be read: ${why}`);
}

/** Characters that one line, message or whole answer may have: half of what a string can hold. */
export const mostChars = 2 ** 28;

export const tooLong = (path: string, most: number): BatchError =>
  unreadable(path, `longer than ${most.toLocaleString('en-US')} characters`);
