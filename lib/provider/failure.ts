import { messageOf } from '../core/errors.js';
import { redactSecrets } from '../core/redact.js';

/** What can be told about an error by its properties alone: `instanceof` would miss other copies and majors of an SDK. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  /** HTTP status. */
  readonly status: number | undefined;
  /** The API's or the system's code, else that of the nearest cause that has one. */
  readonly code: string | undefined;
  readonly type: string | undefined;
  readonly headers: unknown;
  /** Names and codes of the error and all its causes. */
  readonly trail: readonly string[];
}

export function readFailure(error: unknown): Failure {
  const chain = causes(error);
  const first = chain[0] ?? {};
  const status = firstNumber([first['status'], first['statusCode'], field(first['response'], 'status')]);
  const trail = chain.flatMap((link) => [link['name'], link['code']]).filter((value) => typeof value === 'string');
  return {
    name: text(first['name']) ?? '',
    message: messageOf(error),
    status,
    code: chain.map((link) => text(link['code'])).find((code) => code !== undefined),
    type: text(first['type']),
    headers: first['headers'] ?? field(first['response'], 'headers'),
    trail,
  };
}

/** OpenAI error-codes guide; Anthropic's type; Google's name of a 503. */
const busy: ReadonlySet<string> = new Set(['server_is_overloaded', 'slow_down', 'overloaded_error', 'UNAVAILABLE']);

/** Whether the server has too much to do, rather than something wrong; not to be asked of a 429, which is a limit of one's own. */
export function isOverloaded({ status, code = '', type = '' }: Failure): boolean {
  return status === 503 || status === 529 || busy.has(code) || busy.has(type);
}

/** Characters of a message that are looked at: a server may send a page of megabytes, and the patterns are not linear. */
const mostLooked = 20_000;

/** A message fit for a log and for one line: markup, secrets and length taken out; `secrets` are literal values to hide. */
export function tidyMessage(text: string, secrets: readonly string[] = []): string {
  const message = text.slice(0, mostLooked);
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(message)?.[1];
  const plain = /<(?:!doctype|html|head|body)\b/i.test(message) ? (title ?? message.replace(/<[^>]*>/g, ' ')) : message;
  const clean = redactSecrets(plain, secrets).replace(/\s+/g, ' ').trim();
  return clean.length > 1_000 ? `${clean.slice(0, 1_000)}…` : clean;
}

function causes(error: unknown): readonly Readonly<Record<string, unknown>>[] {
  const chain: Readonly<Record<string, unknown>>[] = [];
  let next = error;
  // Eight is more than any real chain, and ends one that bites its own tail.
  while (typeof next === 'object' && next !== null && chain.length < 8) {
    chain.push(next as Readonly<Record<string, unknown>>);
    const { cause, errors } = next as { cause?: unknown; errors?: unknown };
    // A refused connection to a host with several addresses is an AggregateError.
    next = cause ?? (Array.isArray(errors) ? (errors as readonly unknown[])[0] : undefined);
  }
  return chain;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function firstNumber(values: readonly unknown[]): number | undefined {
  return values.find((value): value is number => typeof value === 'number' && Number.isFinite(value));
}
