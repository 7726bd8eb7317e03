import { Limiter, type LimiterOptions } from './limiter.js';
import type { SetLimits } from './quota.js';

/** A limiter with those who share it now, and the limits each of them brings. */
interface Shared {
  readonly limiter: Limiter;
  readonly users: Map<RunLimiters, SetLimits>;
}

/** Quotas known at a time: items may name any number of models, and each knows something. Those in use come on top. */
const mostKept = 1_000;

/** One limiter per quota, shared by all jobs of a client. */
export class LimiterRegistry {
  readonly #shared = new Map<string, Shared>();

  constructor(private readonly defaults: Pick<LimiterOptions, 'scheduler' | 'random'>) {}

  /** A run begins, on the quotas of `scope`; its limits count for as long as it lasts, beside those of others. */
  enter(scope: string, limits: SetLimits, concurrency: number): RunLimiters {
    return new RunLimiters(
      (user, model) => this.#join(`${scope}\n${model ?? ''}`, user, limits, concurrency),
      (user) => this.#leave(user),
    );
  }

  #join(key: string, user: RunLimiters, limits: SetLimits, concurrency: number): Limiter {
    const found = this.#shared.get(key);
    if (found?.users.has(user) === true) return found.limiter;
    const shared = found ?? this.#make(key);
    shared.users.set(user, limits);
    shared.limiter.expect(concurrency);
    shared.limiter.configure(strictest(shared));
    return shared.limiter;
  }

  #make(key: string): Shared {
    if (this.#shared.size >= mostKept) this.#forgetOldest();
    const made: Shared = { limiter: new Limiter(this.defaults), users: new Map() };
    this.#shared.set(key, made);
    return made;
  }

  /** Of those that nobody has anything under way with. */
  #forgetOldest(): void {
    for (const [key, { limiter }] of this.#shared) {
      if (limiter.idle) return void this.#shared.delete(key);
    }
  }

  #leave(user: RunLimiters): void {
    for (const shared of this.#shared.values()) {
      if (shared.users.delete(user)) shared.limiter.configure(strictest(shared));
    }
  }
}

/** The limiters of one run. */
export class RunLimiters {
  constructor(
    private readonly join: (user: RunLimiters, model: string | undefined) => Limiter,
    private readonly end: (user: RunLimiters) => void,
  ) {}

  of(model: string | undefined): Limiter {
    return this.join(this, model);
  }

  /** The run is over: its limits bind nobody any more. */
  leave(): void {
    this.end(this);
  }
}

function strictest({ users }: Shared): SetLimits {
  const all = [...users.values()];
  return {
    requestsPerMinute: lowest(all.map(({ requestsPerMinute }) => requestsPerMinute)),
    tokensPerMinute: lowest(all.map(({ tokensPerMinute }) => tokensPerMinute)),
  };
}

function lowest(limits: readonly (number | undefined)[]): number | undefined {
  const set = limits.filter((limit) => limit !== undefined);
  return set.length === 0 ? undefined : Math.min(...set);
}
