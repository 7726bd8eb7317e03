/** Answers and milliseconds an epoch has at least: fewer say little about a middle. */
const epoch = { answers: 20, leastMs: 1_000 };
/** Answers of an epoch that are remembered: the middle of the last thousand is as good as that of all. */
const remembered = 1_000;
/** So many times the best middle so far, and throughput no better than by this: requests only queue at the other side. */
const queueing = { slower: 3, throughput: 1.2 };
/** After a cut the middle must fall below this share of what it was, or the cut was for nothing. */
const helped = 0.85;
/** A queue of as many as are worked on may stand. */
const queued = 2;
/** The best middle ages by this each epoch: what was quick at noon may be slow for good at night. */
const ageing = 1.02;

interface Epoch {
  readonly medianMs: number;
  /** Answers a millisecond. */
  readonly throughput: number;
}

/**
 * Tells from answers whether more requests at a time only make each of them slower. Slower alone says nothing (longer
 * answers, a batching server that earns it back in throughput): it must be far slower, earn nothing, and get better by less.
 */
export class LatencyTrend {
  #latencies: number[] = [];
  #answers = 0;
  #startedAt: number | undefined;
  #best: Epoch | undefined;
  #cutMedianMs: number | undefined;
  /** Requests sent before the last cut say nothing of it. */
  #since = -Infinity;

  /**
   * One more answer. A number is how many requests at a time are enough (Little's law: those that are worked on, and as many
   * that wait); `vain` says that the last such number did not make it better, so it was something else.
   */
  note(latencyMs: number, now: number): number | 'vain' | undefined {
    if (now - latencyMs < this.#since) return undefined;
    this.#startedAt ??= now;
    this.#latencies[this.#answers++ % remembered] = latencyMs;
    const spanMs = now - this.#startedAt;
    if (this.#answers < epoch.answers || spanMs < epoch.leastMs) return undefined;
    const ended = { medianMs: median(this.#latencies), throughput: this.#answers / spanMs };
    this.#latencies = [];
    this.#answers = 0;
    this.#startedAt = now;
    return this.#judge(ended, now);
  }

  #judge(ended: Epoch, now: number): number | 'vain' | undefined {
    if (this.#cutMedianMs !== undefined) {
      const vain = ended.medianMs > helped * this.#cutMedianMs;
      this.#cutMedianMs = undefined;
      if (vain) {
        this.#best = ended;
        return 'vain';
      }
    }
    if (this.#best === undefined || ended.medianMs < this.#best.medianMs) {
      this.#best = ended;
      return undefined;
    }
    this.#best = { ...this.#best, medianMs: ageing * this.#best.medianMs };
    const slower = ended.medianMs > queueing.slower * this.#best.medianMs;
    if (!slower || ended.throughput > queueing.throughput * this.#best.throughput) return undefined;
    this.#cutMedianMs = ended.medianMs;
    this.#since = now;
    this.#startedAt = undefined;
    return Math.max(1, Math.ceil(queued * ended.throughput * this.#best.medianMs));
  }
}

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  return values[values.length >> 1] ?? 0;
}
