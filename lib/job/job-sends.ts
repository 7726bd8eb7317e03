import {
  concat,
  defer,
  EMPTY,
  merge,
  Subject,
  switchMap,
  takeUntil,
  timer,
  type Observable,
  type SchedulerLike,
} from 'rxjs';
import { chooseMode } from '../native/choose-mode.js';
import { nativeRun } from '../native/native-run.js';
import { itemsOf } from '../native/open-shards.js';
import type { ShardQueue } from '../native/shard-queue.js';
import { CircuitBreaker } from '../run/circuit-breaker.js';
import { emulatedRun } from '../run/emulated-run.js';
import type { StopRequest } from '../run/stop.js';
import type { ActiveJobOptions } from './active-job-options.js';
import type { RunDraft } from './run-journal.js';
import type { RunState } from './run-state.js';
import type { StopSignal } from './stop-signal.js';

export interface JobSendsOptions extends ActiveJobOptions {
  readonly state: RunState;
  readonly signal: StopSignal;
  /** No item can pass: the run ends. */
  readonly stop: (request: StopRequest) => void;
  /** Something about the batches is worth telling. */
  readonly changed: () => void;
  readonly scheduler: SchedulerLike;
}

/** How the items of one run reach the provider: by requests, by batches, or by whichever the number of items says. */
export class JobSends {
  readonly #mode = new Subject<never>();
  #chosen = false;

  constructor(private readonly options: JobSendsOptions) {}

  /** True once it is known how the job runs; `auto` waits until there are items enough for batches, or no more. */
  decide(total: number, ended: boolean): boolean {
    const { provider, settings, undecided, state } = this.options;
    const { nativeMinItems } = settings;
    if (!undecided || this.#chosen) return true;
    if (total < nativeMinItems && !ended) return false;
    this.#chosen = true;
    state.choose(chooseMode({ mode: 'auto', provider, count: total, nativeMinItems }));
    this.#mode.complete();
    return true;
  }

  /** What is to be written, as answers come; completes when everything is sent and answered, or the run stops. */
  run(): Observable<RunDraft> {
    const { undecided, signal } = this.options;
    if (!undecided) return this.#inMode();
    return concat(
      this.#mode.pipe(takeUntil(signal.stopped$)),
      defer(() => this.#inMode()),
    );
  }

  #inMode(): Observable<RunDraft> {
    const { shards, record } = this.options.state;
    if (shards === undefined) return this.#requests();
    // In another mode its batches are ended first: what they did not answer is free then.
    return record.runMode === 'native'
      ? this.#batches(shards, false)
      : concat(
          this.#batches(shards, true),
          defer(() => this.#requests()),
        );
  }

  #batches(queue: ShardQueue, cancelAll: boolean): Observable<RunDraft> {
    const { provider, settings, batchQuota, store, lease, record, random, signal, scheduler } = this.options;
    const { native } = provider;
    if (native === undefined || batchQuota === undefined) return EMPTY;
    return nativeRun({
      ...{ store, lease, native, queue, cancelAll, random, scheduler },
      quota: batchQuota,
      breaker: new CircuitBreaker(settings),
      settings: {
        ...settings,
        callTimeoutMs: settings.attemptTimeoutMs,
        // A large upload is several times an answer.
        uploadTimeoutMs: 3 * settings.attemptTimeoutMs,
      },
      ...this.#retrying(),
      toItem: itemsOf(record, provider),
      stop: this.options.stop,
      stopped$: signal.stopped$,
      stopRequest: () => signal.request,
      changed: this.options.changed,
    }).pipe(takeUntil(signal.aborted$));
  }

  #requests(): Observable<RunDraft> {
    const { provider, limiterFor, settings, random, sleptSince, state, signal, scheduler, lease } = this.options;
    const { work: queue, tracker } = state;
    const drained$ = signal.stopped$.pipe(switchMap(() => timer(settings.drainMs, scheduler)));
    return emulatedRun({
      ...{ provider, queue, random, sleptSince, scheduler },
      jobId: lease.jobId,
      limiterFor: (item) => limiterFor(item.resolved.model),
      breaker: new CircuitBreaker(settings),
      concurrency: settings.concurrency,
      timeoutMs: settings.attemptTimeoutMs,
      maxStallMs: settings.maxStallMs,
      stragglerFactor: settings.stragglerFactor,
      estimateTokens: this.options.estimateTokens,
      ...this.#retrying(),
      stop: this.options.stop,
      stopped$: signal.stopped$,
      sending: (change, sentAt) => tracker.sending(change, sentAt),
    }).pipe(takeUntil(merge(signal.aborted$, drained$)));
  }

  #retrying() {
    const { maxAttempts, backoffBaseMs, backoffMaxMs, keepRaw } = this.options.settings;
    return { maxAttempts, backoff: { baseMs: backoffBaseMs, maxMs: backoffMaxMs }, keepRaw };
  }
}
