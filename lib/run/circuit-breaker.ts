import type { Result } from '../core/result.js';

export interface CircuitBreakerOptions {
  readonly maxFailures?: number | undefined;
  readonly maxFailureRate?: number | undefined;
}

/** A rate over fewer finished items says nothing. */
const leastFinished = 20;

/** Counts this run's failures; says why the job should pause, once too many items failed. */
export class CircuitBreaker {
  #failed = 0;
  #finished = 0;

  constructor(private readonly options: CircuitBreakerOptions) {}

  note(result: Result): string | undefined {
    this.#finished++;
    if (result.ok) return undefined;
    this.#failed++;
    const { maxFailures, maxFailureRate } = this.options;
    const last = `the last said: ${result.error.message}`;
    if (maxFailures !== undefined && this.#failed > maxFailures) {
      return `${String(this.#failed)} items failed, more than maxFailures (${String(maxFailures)}); ${last}`;
    }
    if (
      maxFailureRate === undefined ||
      this.#finished < leastFinished ||
      this.#failed / this.#finished <= maxFailureRate
    )
      return undefined;
    return `${String(this.#failed)} of ${String(this.#finished)} items failed, more than maxFailureRate (${String(maxFailureRate)}); ${last}`;
  }
}
