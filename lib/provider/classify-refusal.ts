import type { Failure } from './failure.js';
import { readLimits, readReset, refusalWaitMs, resetMs } from './headers.js';
import type { LimitObservation, Verdict } from './provider.js';
import { dailyQuota, failureVerdict, finalFailure } from './provider-error.js';
import type { RefusalWords } from './refusal-words.js';
import { readRefusal, statedLimits } from './refusal-words.js';

/**
 * A 429 that time heals: a limit per minute holds the limiter, one per day pauses the job, and a request above the limit
 * itself fails alone. The wait is the one its headers state, else its message, else the time to the reset where that is all
 * there is; limits in the message count where the headers say nothing of them.
 */
export function classifyRefusal(failure: Failure, message: string): Verdict {
  const { headers, status } = failure;
  const words = readRefusal(message);
  const known = status === undefined ? {} : { status };
  if (words.tooLarge) return finalFailure('too_large', message, known);
  const statedMs = refusalWaitMs(headers) ?? words.waitMs;
  if (words.period === 'day')
    return dailyQuota(message, {
      ...known,
      ...wait(statedMs === undefined ? resetOfDay(headers, words) : usefulWait(statedMs, words)),
    });

  const told = readLimits(headers);
  const limits = merge(statedLimits(words), told);
  return failureVerdict('rate_limited', message, {
    ...known,
    ...wait(statedMs ?? (told === undefined ? resetMs(headers) : undefined)),
    ...(limits === undefined ? {} : { limits }),
  });
}

const dayMs = 86_400_000;
/** Part of a day's quota that is worth going on for: less would be spent before anybody has looked. */
const usefulPart = 1 / 4;

/**
 * A quota of the day that comes back evenly (OpenAI, Groq) asks to wait for as much as this one request takes, seconds as a
 * rule; going on then would be refused at the next request. Where the numbers say that it is such a quota, the wait is for a
 * useful part of it.
 */
function usefulWait(statedMs: number, { limit, used, requested }: RefusalWords): number {
  if (limit === undefined || used === undefined || limit <= 0) return statedMs;
  const untilFree = (part: number): number => ((used - limit + part) / limit) * dayMs;
  const evenly = statedMs <= untilFree(requested ?? 1) * 2 + 60_000;
  return evenly ? Math.max(statedMs, Math.ceil(untilFree(limit * usefulPart))) : statedMs;
}

/** When clocks go back. */
const longestDayMs = 25 * 3_600_000;

/** The reset header of the refused dimension, if it can be that of a day: a minute's is never longer than the minute. */
function resetOfDay(headers: unknown, { dimension }: RefusalWords): number | undefined {
  const ms = dimension === undefined ? undefined : readReset(headers, dimension);
  return ms !== undefined && ms > 60_000 && ms <= longestDayMs ? ms : undefined;
}

function merge(
  words: LimitObservation | undefined,
  headers: LimitObservation | undefined,
): LimitObservation | undefined {
  return words === undefined && headers === undefined ? undefined : { ...words, ...headers };
}

function wait(waitMs: number | undefined): { readonly waitMs?: number } {
  return waitMs === undefined ? {} : { waitMs };
}
