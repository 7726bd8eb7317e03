import {
  asyncScheduler,
  concat,
  defer,
  from,
  ignoreElements,
  repeat,
  takeWhile,
  timer,
  type Observable,
  type ObservableInput,
  type SchedulerLike,
} from 'rxjs';
import { longestTimerMs } from './longest-timer.js';

export interface PollOptions {
  /** Milliseconds between an answer and the next question, at first. */
  readonly intervalMs: number;
  /** Longest such wait. Default `intervalMs`. */
  readonly maxIntervalMs?: number;
  /** Each wait is so many times the one before. Default 1.5. */
  readonly growth?: number;
  /** Waits differ by up to this share to either side, so that many polls do not keep step. Default 0. */
  readonly jitter?: number;
  /** Milliseconds before the first question. Default 0: at once. */
  readonly firstMs?: number;
  /** Gives 0 to 1. Default `Math.random`. */
  readonly random?: () => number;
  readonly scheduler?: SchedulerLike;
}

/** The wait after the nth answer, from 0. */
export function pollDelay(n: number, options: Omit<PollOptions, 'firstMs' | 'scheduler'>): number {
  const { intervalMs, maxIntervalMs = intervalMs, growth = 1.5, jitter = 0, random = Math.random } = options;
  const grown = Math.min(maxIntervalMs, intervalMs * growth ** Math.min(n, 100));
  return Math.min(longestTimerMs, Math.round(grown * (1 + jitter * (2 * random() - 1))));
}

/**
 * Asks, waits after the answer, and asks again, so that a slow answer never overlaps the next question. Emits every
 * answer; completes after the first that is `done`. An error of `read` errors it: whether to try again is the reader's
 * business.
 */
export function pollUntil<T>(
  read: () => ObservableInput<T>,
  done: (value: T) => boolean,
  options: PollOptions,
): Observable<T> {
  const { firstMs = 0, scheduler = asyncScheduler } = options;
  return defer(() => {
    let answers = 0;
    const asked$ = defer(() => from(read())).pipe(
      repeat({ delay: () => timer(pollDelay(answers++, options), scheduler) }),
      takeWhile((value) => !done(value), true),
    );
    return firstMs <= 0 ? asked$ : concat(timer(firstMs, scheduler).pipe(ignoreElements()), asked$);
  });
}
