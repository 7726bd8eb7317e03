import { parseDuration } from './durations.js';
import type { LimitObservation, LimitReading } from './provider.js';

/** What the message of a 429 says, in OpenAI's words, which Groq and others share. */
export interface RefusalWords {
  /** What there was too much of, and in which time; of the first limit that is named. */
  readonly dimension: 'requests' | 'tokens' | undefined;
  readonly period: 'minute' | 'day' | undefined;
  readonly limit: number | undefined;
  readonly used: number | undefined;
  readonly requested: number | undefined;
  /** Milliseconds to `try again in`. */
  readonly waitMs: number | undefined;
  /** More than the limit ever gives: no wait helps. */
  readonly tooLarge: boolean;
}

/**
 * Reads `Rate limit reached for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Used 29000, Requested
 * 2000. Please try again in 2s.`, also as Groq has it (`per minute`, `Requested ~12903`).
 */
export function readRefusal(text: string): RefusalWords {
  const [, unit, time] = /\b(requests|tokens) per (min|minute|day)\b/i.exec(text) ?? [];
  const [, letter, timeLetter] = /\b([RT])P([MD])\b/.exec(text) ?? [];
  const what = (unit ?? letter)?.[0]?.toLowerCase();
  const when = (time ?? timeLetter)?.[0]?.toLowerCase();
  const wait = /try again in ((?:\d+(?:\.\d+)?(?:ms|h|m|s))+)/i.exec(text)?.[1];
  const limit = amount(/\blimit:?\s*([\d,]+)/i, text);
  const requested = amount(/\brequested:?\s*~?([\d,]+)/i, text);
  return {
    dimension: what === 'r' ? 'requests' : what === 't' ? 'tokens' : undefined,
    period: when === 'm' ? 'minute' : when === 'd' ? 'day' : undefined,
    limit,
    used: amount(/\bused:?\s*([\d,]+)/i, text),
    requested,
    waitMs: wait === undefined ? undefined : parseDuration(wait),
    tooLarge: /request too large/i.test(text) || (limit !== undefined && requested !== undefined && requested > limit),
  };
}

/**
 * The limit per minute that the words state, or undefined where they do not state one in full. Without a reset: `Used` is
 * rounded, so the time until all is free again cannot be told from it.
 */
export function statedLimits(words: RefusalWords): LimitObservation | undefined {
  const { dimension, period, limit, used } = words;
  if (dimension === undefined || period !== 'minute' || limit === undefined || used === undefined) return undefined;
  if (limit <= 0) return undefined;
  const reading: LimitReading = { limit, remaining: Math.max(0, limit - used) };
  return { [dimension]: reading };
}

function amount(pattern: RegExp, text: string): number | undefined {
  const digits = pattern.exec(text)?.[1]?.replaceAll(',', '');
  return digits === undefined || digits === '' ? undefined : Number(digits);
}
