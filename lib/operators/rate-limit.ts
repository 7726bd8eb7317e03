import { identity, Observable, Subject, takeUntil, type MonoTypeOperatorFunction, type Subscription } from 'rxjs';
import { OptionsError } from '../core/errors.js';
import { checkOptions, describeValue } from '../options/check-options.js';
import { rateLimitSchema } from '../options/operator-options.js';
import { Fifo } from './fifo.js';
import { rateLimiter, type RateLimiter, type RateLimiterOptions } from './rate-limiter.js';

export interface RateLimitOptions<T> extends RateLimiterOptions {
  /** The tokens of a value, a number from 0 up. Needed with `tokensPerMinute`; default 0. */
  readonly tokens?: ((value: T) => number) | undefined;
  /** Shares the limits of a `rateLimiter(...)` with others, instead of having its own. */
  readonly limiter?: RateLimiter | undefined;
}

/**
 * Passes each value on when the limits let it, in order; all the waits of a limiter take one timer. An error of the source
 * is passed on at once, its end after the last value. Without limits, passes everything.
 *
 * It cannot slow its source down: what comes faster waits in memory. Where the source is large, pull it, and let each
 * attempt of each request pass a shared limiter, so that no more wait than may be in flight:
 *
 * ```ts
 * const limiter = rateLimiter({ requestsPerMinute: 500 });
 * const attempt = (row: Row) => of(row).pipe(rateLimit({ limiter }), mergeMap(send), retryWithBackoff());
 * mergePull(rows, attempt, { concurrency: 20 }).subscribe(save);
 * ```
 *
 * @throws OptionsError naming the option that is wrong. What `tokens` throws errors the stream, and so does a result that is
 * no number from 0 up.
 */
export function rateLimit<T>(options: RateLimitOptions<T>): MonoTypeOperatorFunction<T> {
  checkOptions(rateLimitSchema, options, 'rateLimit()');
  const { tokens = () => 0, limiter: shared, ...limits } = options;
  if (shared === undefined && limits.requestsPerMinute === undefined && limits.tokensPerMinute === undefined)
    return identity;

  return (source) =>
    new Observable<T>((subscriber) => {
      const limiter = shared ?? rateLimiter(limits);
      const queue = new Fifo<{ readonly value: T }>();
      let asked: Subscription | undefined;
      let waiting = false;
      let pumping = false;
      let ended = false;

      const ask = (value: T): void => {
        waiting = true;
        asked = limiter.admit(checked(tokens(value))).subscribe({
          next: () => subscriber.next(value),
          error: (error: unknown) => subscriber.error(error),
          complete: () => {
            waiting = false;
            pump();
          },
        });
        // Somebody else's turn came first, and ended this stream before there was anything to unsubscribe from.
        if (subscriber.closed) asked.unsubscribe();
      };

      // Only one value asks at a time: those who share a limiter take turns, and a value that goes at once re-enters here.
      const pump = (): void => {
        if (pumping) return;
        pumping = true;
        try {
          while (!waiting && !subscriber.closed) {
            const next = queue.shift();
            if (next === undefined) break;
            ask(next.value);
          }
        } catch (error) {
          subscriber.error(error);
        } finally {
          pumping = false;
        }
        if (ended && !waiting && queue.length === 0) subscriber.complete();
      };

      subscriber.add(() => asked?.unsubscribe());
      // A source that emits while it is being subscribed to cannot be unsubscribed from yet, only be completed.
      const left$ = new Subject<void>();
      subscriber.add(() => left$.next());
      subscriber.add(
        source.pipe(takeUntil(left$)).subscribe({
          next: (value) => {
            queue.push({ value });
            pump();
          },
          error: (error: unknown) => subscriber.error(error),
          complete: () => {
            ended = true;
            pump();
          },
        }),
      );
    });
}

function checked(tokens: number): number {
  if (tokens >= 0 && tokens < Infinity) return tokens;
  throw new OptionsError(`rateLimit(): expected "tokens" to return a number from 0 up, got ${describeValue(tokens)}`);
}
