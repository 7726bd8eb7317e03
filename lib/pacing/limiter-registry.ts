import { Limiter, type LimiterOptions } from './limiter.js';

type Limits = Pick<LimiterOptions, 'requestsPerMinute' | 'tokensPerMinute' | 'concurrency'>;

/** One limiter per quota, shared by all jobs of a client. */
export class LimiterRegistry {
  readonly #limiters = new Map<string, Limiter>();

  constructor(private readonly defaults: Pick<LimiterOptions, 'scheduler' | 'random'>) {}

  /** `scope` and `model` name the quota; limits given override those set before. */
  limiter(scope: string, model: string | undefined, limits: Limits): Limiter {
    const key = `${scope}\n${model ?? ''}`;
    const found = this.#limiters.get(key);
    if (found === undefined) {
      const made = new Limiter({ ...this.defaults, ...limits });
      this.#limiters.set(key, made);
      return made;
    }
    const { concurrency, requestsPerMinute, tokensPerMinute } = limits;
    if (concurrency !== undefined) found.expect(concurrency);
    if (requestsPerMinute !== undefined || tokensPerMinute !== undefined) found.configure(limits);
    return found;
  }
}
