import { parseDuration, untilDate } from './durations.js';
import { believedReset, believedWait } from './longest-wait.js';
import type { LimitObservation, LimitReading } from './provider.js';

/** A header's value from a `Headers`, or from a plain object with lower-case names; undefined where absent. */
export function readHeader(headers: unknown, name: string): string | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined;
  if ('get' in headers && typeof headers.get === 'function') {
    const value: unknown = (headers as { get(name: string): unknown }).get(name);
    return typeof value === 'string' ? value : undefined;
  }
  const value: unknown = (headers as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/**
 * How long the server asks to wait, in milliseconds: `retry-after-ms`, else `retry-after` in seconds or as an HTTP date
 * (openai-node client.js retryRequest). A date is measured against the server's own `date`, so a wrong clock here does no harm.
 */
export function retryAfterMs(headers: unknown, now = Date.now()): number | undefined {
  return believedWait('retry', statedWaitMs(headers, now));
}

/** The same of a refusal (429), where a longer wait counts as a week. */
export function refusalWaitMs(headers: unknown, now = Date.now()): number | undefined {
  return believedWait('rate_limited', statedWaitMs(headers, now));
}

/** Seconds from which on a number is a point in time, as some send it: three years. */
const epochFrom = 1e8;

function statedWaitMs(headers: unknown, now: number): number | undefined {
  const milliseconds = readHeader(headers, 'retry-after-ms');
  if (milliseconds !== undefined && isAmount(milliseconds)) return Number(milliseconds);
  const text = readHeader(headers, 'retry-after')?.trim();
  if (text === undefined || text === '') return undefined;
  if (isAmount(text) && Number(text) < epochFrom) return Number(text) * 1000;
  const serverNow = Date.parse(readHeader(headers, 'date') ?? '');
  return parseDuration(text) ?? untilDate(text, Number.isNaN(serverNow) ? now : serverNow);
}

/**
 * `x-ratelimit-{limit,remaining,reset}-{requests,tokens}` (OpenAI rate-limits guide), or undefined where there are none. Tokens
 * are per minute; requests too, but per day at Groq (its rate-limits page): only the reset tells.
 */
export function readLimits(headers: unknown, now = Date.now()): LimitObservation | undefined {
  const requests = readLimit(headers, 'requests', now);
  const tokens = readLimit(headers, 'tokens', now);
  if (requests === undefined && tokens === undefined) return undefined;
  return { ...(requests === undefined ? {} : { requests }), ...(tokens === undefined ? {} : { tokens }) };
}

/** The longest of the `x-ratelimit-reset-*` headers, in milliseconds. */
export function resetMs(headers: unknown, now = Date.now()): number | undefined {
  const known = (['requests', 'tokens'] as const).flatMap((dimension) => readReset(headers, dimension, now) ?? []);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** Milliseconds to the reset of one dimension: OpenAI sends Go durations; compatible servers seconds, an ISO date, or an epoch. */
export function readReset(headers: unknown, dimension: Dimension, now = Date.now()): number | undefined {
  const text = readHeader(headers, `x-ratelimit-reset-${dimension}`);
  // Some compatible servers send -1 for "none".
  if (text === undefined || text.trim() === '' || text.trim().startsWith('-')) return undefined;
  const seconds = isAmount(text) && Number(text) <= epochFrom ? Number(text) * 1000 : undefined;
  return believedReset(seconds ?? parseDuration(text) ?? untilDate(text, now));
}

type Dimension = keyof LimitObservation;

function readLimit(headers: unknown, dimension: Dimension, now: number): LimitReading | undefined {
  const limit = readAmount(headers, `x-ratelimit-limit-${dimension}`);
  const remaining = readAmount(headers, `x-ratelimit-remaining-${dimension}`);
  // Some compatible servers send 0 or -1 for "no limit".
  if (limit === undefined || limit === 0 || remaining === undefined) return undefined;
  const reset = readReset(headers, dimension, now);
  return { limit, remaining, ...(reset === undefined ? {} : { resetMs: reset }) };
}

function readAmount(headers: unknown, name: string): number | undefined {
  const text = readHeader(headers, name);
  return text !== undefined && isAmount(text) ? Number(text) : undefined;
}

function isAmount(text: string): boolean {
  return /^\s*\d+(\.\d+)?\s*$/.test(text);
}
