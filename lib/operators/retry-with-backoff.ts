import { asyncScheduler, retry, timer, type MonoTypeOperatorFunction, type SchedulerLike } from 'rxjs';
import { backoffDelay, waitAtLeast } from '../core/backoff.js';
import { checkOptions } from '../options/check-options.js';
import { retryWithBackoffSchema } from '../options/operator-options.js';
import { longestTimerMs } from './longest-timer.js';

export interface RetryWithBackoffOptions {
  /** Subscriptions to the source at most, the first one included. Default 5; `Infinity` for no end. */
  readonly maxAttempts?: number | undefined;
  /** The longest wait after the first failure, in milliseconds; doubles with each further one. Default 500. */
  readonly baseMs?: number | undefined;
  /** Where the doubling ends, in milliseconds. Default 60,000. */
  readonly maxMs?: number | undefined;
  /** Gives 0 to 1; each wait is that share of the longest (full jitter). Default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Milliseconds the server asked to wait, where it did: a floor, kept even above `maxMs`. NaN counts as undefined. */
  readonly delayFloor?: ((error: unknown) => number | undefined) | undefined;
  /** Whether another attempt is worth it after the nth one (from 1). Default: always. */
  readonly retryIf?: ((error: unknown, attempt: number) => boolean) | undefined;
  /** A value starts the count afresh: for streams that live long and break now and then. Default false. */
  readonly resetOnSuccess?: boolean | undefined;
  /** Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Subscribes again after an error, after a wait that doubles, with full jitter. What it gives up on passes unchanged.
 * Belongs around one request, inside the `mergeMap`: around the whole stream it would start from the beginning.
 *
 * ```ts
 * ids$.pipe(mergeMap((id) => defer(() => fetchUser(id)).pipe(retryWithBackoff({ maxAttempts: 3 })), 8));
 * ```
 *
 * @throws OptionsError naming the option that is wrong. What `retryIf` or `delayFloor` throws errors the stream.
 */
export function retryWithBackoff<T>(options: RetryWithBackoffOptions = {}): MonoTypeOperatorFunction<T> {
  const {
    maxAttempts = 5,
    baseMs = 500,
    maxMs = 60_000,
    random = Math.random,
    delayFloor = () => undefined,
    retryIf = () => true,
    resetOnSuccess = false,
    scheduler = asyncScheduler,
  } = checkOptions(retryWithBackoffSchema, options, 'retryWithBackoff()');
  return retry<T>({
    count: maxAttempts - 1,
    resetOnSuccess,
    delay: (error: unknown, attempt) => {
      // Thrown, the error passes on; an EMPTY in its place would complete the stream as if all were well.
      if (!retryIf(error, attempt)) throw error;
      const askedMs = delayFloor(error);
      const floorMs = askedMs === undefined || Number.isNaN(askedMs) ? undefined : askedMs;
      const waitMs = waitAtLeast(floorMs, backoffDelay(attempt, { baseMs, maxMs }, random));
      return timer(Math.min(waitMs, longestTimerMs), scheduler);
    },
  });
}
