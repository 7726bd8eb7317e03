import { parseDuration, untilDate } from './durations.js';
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
  const milliseconds = readHeader(headers, 'retry-after-ms');
  if (milliseconds !== undefined && isAmount(milliseconds)) return Number(milliseconds);
  const text = readHeader(headers, 'retry-after')?.trim();
  if (text === undefined || text === '') return undefined;
  if (isAmount(text)) return Number(text) * 1000;
  const serverNow = Date.parse(readHeader(headers, 'date') ?? '');
  return parseDuration(text) ?? untilDate(text, Number.isNaN(serverNow) ? now : serverNow);
}

/** `x-ratelimit-{limit,remaining,reset}-{requests,tokens}` (OpenAI rate-limits guide), or undefined where there are none. */
export function readLimits(headers: unknown, now = Date.now()): LimitObservation | undefined {
  const requests = readLimit(headers, 'requests', now);
  const tokens = readLimit(headers, 'tokens', now);
  if (requests === undefined && tokens === undefined) return undefined;
  return { ...(requests === undefined ? {} : { requests }), ...(tokens === undefined ? {} : { tokens }) };
}

/** The longest of the `x-ratelimit-reset-*` headers, in milliseconds. */
export function resetMs(headers: unknown, now = Date.now()): number | undefined {
  const known = ['requests', 'tokens'].flatMap((dimension) => {
    const value = readReset(readHeader(headers, `x-ratelimit-reset-${dimension}`), now);
    return value === undefined ? [] : [value];
  });
  return known.length === 0 ? undefined : Math.max(...known);
}

function readLimit(headers: unknown, dimension: string, now: number): LimitReading | undefined {
  const limit = Number(readHeader(headers, `x-ratelimit-limit-${dimension}`) ?? NaN);
  const remaining = Number(readHeader(headers, `x-ratelimit-remaining-${dimension}`) ?? NaN);
  // Some compatible servers send 0 or -1 for "no limit".
  if (!(limit > 0) || !(remaining >= 0)) return undefined;
  const reset = readReset(readHeader(headers, `x-ratelimit-reset-${dimension}`), now);
  return { limit, remaining, resetMs: reset ?? 60_000 };
}

/** OpenAI sends Go durations; compatible servers seconds, an ISO date, or an epoch. */
function readReset(text: string | undefined, now: number): number | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  if (isAmount(text)) return Number(text) > 1e8 ? untilDate(text, now) : Number(text) * 1000;
  return parseDuration(text) ?? untilDate(text, now);
}

function isAmount(text: string): boolean {
  return /^\s*\d+(\.\d+)?\s*$/.test(text);
}
