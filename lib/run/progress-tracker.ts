import type { JobStatus, RunMode, StopReason } from '../core/job.js';
import { openPacing, type PacingState, type Progress } from '../core/progress.js';
import { RateMeter } from '../core/rate-meter.js';
import type { Tally } from '../core/tally.js';
import type { JobRecord } from '../store/store.js';

export type ProgressCounts = Pick<
  JobRecord,
  'total' | 'ok' | 'failed' | 'inputTokens' | 'outputTokens' | 'inputComplete'
>;

/** Columns of the rate meter. */
const [items, requests, tokens] = [0, 1, 2];

/** Counts what a run does, and says how far it is. */
export class ProgressTracker {
  total = 0;
  totalKnown = false;
  inFlight = 0;
  #ok = 0;
  #failed = 0;
  #input = 0;
  #output = 0;
  readonly #rate: RateMeter;

  constructor(
    start: ProgressCounts,
    public mode: RunMode,
  ) {
    this.restart(start);
    this.#rate = new RateMeter(3);
  }

  /** Takes the stored counts for true. */
  restart(start: ProgressCounts): void {
    this.total = start.total;
    this.totalKnown = start.inputComplete;
    this.#ok = start.ok;
    this.#failed = start.failed;
    this.#input = start.inputTokens;
    this.#output = start.outputTokens;
  }

  /** A request that left at `sentAt` leaves (+1) or is over (-1). */
  sending(change: 1 | -1, sentAt: number): void {
    this.inFlight += change;
    if (change === 1) this.#rate.add(sentAt, requests, 1);
  }

  noteResults({ ok, failed, input, output }: Readonly<Tally>, now: number): void {
    this.#ok += ok;
    this.#failed += failed;
    this.#input += input;
    this.#output += output;
    this.#rate.add(now, items, ok + failed);
    this.#rate.add(now, tokens, input + output);
  }

  snapshot(now: number, status: JobStatus, reason: StopReason | null, pacing: PacingState = openPacing): Progress {
    const done = this.#ok + this.#failed;
    const left = Math.max(0, this.total - done);
    const perMinute = this.#rate.perMinute(now, items);
    // A first burst may have been faster than what is allowed from now on.
    const pace = this.mode === 'emulated' ? Math.min(perMinute, pacing.requests?.perMinute ?? Infinity) : perMinute;
    return {
      mode: this.mode,
      status,
      reason,
      total: this.total,
      totalKnown: this.totalKnown,
      done,
      ok: this.#ok,
      failed: this.#failed,
      inFlight: this.inFlight,
      pending: Math.max(0, left - this.inFlight),
      tokens: { input: this.#input, output: this.#output },
      cost: null,
      rate: {
        itemsPerMinute: perMinute,
        requestsPerMinute: this.#rate.perMinute(now, requests),
        tokensPerMinute: this.#rate.perMinute(now, tokens),
      },
      etaMs: status !== 'running' || !this.totalKnown || pace === 0 ? null : Math.round((left / pace) * 60_000),
      pacing,
    };
  }
}
