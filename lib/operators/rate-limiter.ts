import { asyncScheduler, Observable, type SchedulerLike, type Subscriber, type Subscription } from 'rxjs';
import { OptionsError } from '../core/errors.js';
import { checkOptions, describeValue } from '../options/check-options.js';
import { rateLimiterSchema } from '../options/operator-options.js';
import { Allowance } from './allowance.js';
import { Fifo } from './fifo.js';
import { longestTimerMs } from './longest-timer.js';

export interface RateLimiterOptions {
  /** Default: no limit. */
  readonly requestsPerMinute?: number | undefined;
  /** Default: no limit. */
  readonly tokensPerMinute?: number | undefined;
  /**
   * Requests that may go at once after a rest; the tokens saved up meanwhile go with them. Default: one second's worth,
   * at least 1. Timers come late, so a small burst stays below a high limit.
   */
  readonly burst?: number | undefined;
  /** Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/** One allowance for everybody who asks. */
export interface RateLimiter {
  /**
   * Emits once and completes when one request of so many tokens (default 0) may go: at once, or when those who asked before
   * have gone. Unsubscribing leaves the queue and uses up nothing.
   */
  admit(tokens?: number): Observable<void>;
}

interface Waiting {
  readonly tokens: number;
  readonly subscriber: Subscriber<void>;
}

/**
 * A limit on requests and tokens per minute that several streams share, in turn: give it to each as
 * `rateLimit({ limiter })`. In any minute at most the limit and the burst go. Tokens above what can be saved up go when all
 * of it is there, and those after them wait until they are paid for.
 *
 * @throws OptionsError naming the option that is wrong.
 */
export function rateLimiter(options: RateLimiterOptions): RateLimiter {
  return new SharedRateLimiter(checkOptions(rateLimiterSchema, options, 'rateLimiter()'));
}

class SharedRateLimiter implements RateLimiter {
  readonly #scheduler: SchedulerLike;
  readonly #requests: Allowance;
  readonly #tokens: Allowance;
  readonly #queue = new Fifo<Waiting>();
  #wake: Subscription | undefined;
  #draining = false;

  constructor(options: RateLimiterOptions) {
    const { requestsPerMinute = Infinity, tokensPerMinute = Infinity, burst, scheduler = asyncScheduler } = options;
    const savedMinutes = burst === undefined ? 1 / 60 : burst / requestsPerMinute;
    const now = scheduler.now();
    this.#scheduler = scheduler;
    this.#requests = new Allowance(requestsPerMinute, requestsPerMinute * savedMinutes, now);
    this.#tokens = new Allowance(tokensPerMinute, tokensPerMinute * savedMinutes, now);
  }

  admit(tokens = 0): Observable<void> {
    if (!(tokens >= 0 && tokens < Infinity))
      throw new OptionsError(`admit(tokens): expected a number from 0 up, got ${describeValue(tokens)}`);
    return new Observable<void>((subscriber) => {
      const one: Waiting = { tokens, subscriber };
      this.#queue.push(one);
      // Whoever is first is what the timer waits for: others need not wake it, neither by coming nor by leaving.
      const seeToFirst = (): void => {
        if (this.#queue.first === one) this.#drain();
      };
      subscriber.add(seeToFirst);
      seeToFirst();
    });
  }

  #drain(): void {
    // Who is let through may ask again, or make others leave; the loop at work sees to it.
    if (this.#draining) return;
    this.#draining = true;
    this.#wake?.unsubscribe();
    this.#wake = undefined;
    for (let next = this.#queue.first; next !== undefined; next = this.#queue.first) {
      if (!next.subscriber.closed) {
        const waitMs = this.#spend(next.tokens);
        if (waitMs > 0) {
          this.#wake = this.#scheduler.schedule(() => this.#drain(), Math.min(waitMs, longestTimerMs));
          break;
        }
      }
      this.#queue.shift();
      next.subscriber.next();
      next.subscriber.complete();
    }
    this.#draining = false;
  }

  /** Spends a request and its tokens, or says for how many milliseconds it cannot. */
  #spend(tokens: number): number {
    const now = this.#scheduler.now();
    const waitMs = Math.max(this.#requests.waitMs(1, now), this.#tokens.waitMs(tokens, now));
    if (waitMs > 0) return waitMs;
    this.#requests.spend(1, now);
    this.#tokens.spend(tokens, now);
    return 0;
  }
}
