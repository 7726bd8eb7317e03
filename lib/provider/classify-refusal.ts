import type { Failure } from './failure.js';
import { readLimits, readReset, resetMs, retryAfterMs } from './headers.js';
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
  const statedMs = retryAfterMs(headers) ?? words.waitMs;
  if (words.period === 'day') return dailyQuota(message, { ...known, ...wait(statedMs ?? resetOfDay(headers, words)) });

  const told = readLimits(headers);
  const limits = merge(statedLimits(words), told);
  return failureVerdict('rate_limited', message, {
    ...known,
    ...wait(statedMs ?? (told === undefined ? resetMs(headers) : undefined)),
    ...(limits === undefined ? {} : { limits }),
  });
}

/** The reset header of the refused dimension, if it can be that of a day: a minute's is never longer than the minute. */
function resetOfDay(headers: unknown, { dimension }: RefusalWords): number | undefined {
  const ms = dimension === undefined ? undefined : readReset(headers, dimension);
  return ms !== undefined && ms > 60_000 ? ms : undefined;
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
