import {
  asyncScheduler,
  concat,
  defer,
  EMPTY,
  filter,
  from,
  ignoreElements,
  map,
  merge,
  ReplaySubject,
  Subject,
  switchMap,
  takeUntil,
  tap,
  throttleTime,
  throwError,
  timer,
  type Observable,
  type SchedulerLike,
} from 'rxjs';
import { BatchError, isBatchError, toBatchError } from '../core/errors.js';
import type { BatchEvent } from '../core/events.js';
import type { ResolvedItem } from '../core/item.js';
import type { PacingState, Progress } from '../core/progress.js';
import { chooseMode } from '../native/choose-mode.js';
import type { Intake } from '../intake/intake.js';
import type { BatchQuota } from '../native/batch-quota.js';
import { nativeRun } from '../native/native-run.js';
import type { ShardQueue } from '../native/shard-queue.js';
import { itemsOf, openShards } from '../native/open-shards.js';
import { persistTo } from '../operators/persist-to.js';
import type { RunSettings } from '../options/run-options.js';
import type { Limiter } from '../pacing/limiter.js';
import type { Provider } from '../provider/provider.js';
import { CircuitBreaker } from '../run/circuit-breaker.js';
import { emulatedRun } from '../run/emulated-run.js';
import type { StopRequest } from '../run/stop.js';
import type { BatchStore, ControlRequest, JobEnd, JobRecord, Lease } from '../store/store.js';
import { inputIncomplete, jobEnd } from './job-ending.js';
import { JobInput } from './job-input.js';
import { RunJournal, type RunDraft } from './run-journal.js';
import { RunState } from './run-state.js';

export interface ActiveJobOptions {
  readonly store: BatchStore;
  readonly lease: Lease;
  /** As it was when the lease was taken. */
  readonly record: JobRecord;
  /** Whether the call that starts this run created the job: then a refused input removes it again. */
  readonly created: boolean;
  readonly provider: Provider;
  /** The quota of requests to this model. */
  readonly limiterFor: (model: string | undefined) => Limiter;
  /** The provider's limits on batches, where it has any. */
  readonly batchQuota: BatchQuota | undefined;
  readonly settings: RunSettings;
  readonly intakes: readonly Intake[];
  /** The mode is open until the number of items tells. */
  readonly undecided: boolean;
  /** Finish with the items there are, although the input was never read to its end. */
  readonly partial: boolean;
  readonly sleptSince: (time: number) => boolean;
  /** Delivers what is left to the callbacks, with `onComplete` if the job completed; completes when they have settled. */
  readonly settleCallbacks: (completed: boolean) => Observable<unknown>;
  readonly scheduler?: SchedulerLike;
  readonly random: () => number;
  /** Of the user, instead of the provider's. */
  readonly estimateTokens: ((item: ResolvedItem) => number) | undefined;
}

/**
 * A job being worked on by this process: reads the input, sends, writes, tells. Started once, ended once. Whoever
 * watches attaches to `live$`, which outlives every watcher.
 */
export class ActiveJob {
  readonly jobId: string;
  readonly #options: ActiveJobOptions;
  readonly #scheduler: SchedulerLike;
  readonly #live = new Subject<BatchEvent>();
  readonly #stopped = new Subject<void>();
  readonly #aborted = new Subject<void>();
  readonly #ticks = new Subject<void>();
  readonly #ended = new Subject<void>();
  readonly #decided = new Subject<never>();
  readonly #mode = new Subject<never>();
  #chosen = false;
  readonly #state: RunState;
  readonly #input: JobInput;
  readonly #limiter: Limiter;
  #stop: StopRequest | undefined;
  /** The input was refused before anything was sent. */
  #refused: BatchError | undefined;
  #phase: 'new' | 'running' | 'finished' | 'over' = 'new';

  /** Events as they are committed; completes or errors as the job ends. */
  readonly live$: Observable<BatchEvent> = this.#live.asObservable();
  /** Completes after the end was written, told, and the lease given back. */
  readonly ended$: Observable<void> = this.#ended.asObservable();

  /** Completes once it is known that the job is at work, or stays as it ended: before, its past may be taken back. */
  readonly decided$: Observable<never> = this.#decided.asObservable();

  constructor(options: ActiveJobOptions) {
    const { store, lease, record, provider, settings, intakes, partial, limiterFor } = options;
    this.#options = options;
    this.#scheduler = options.scheduler ?? asyncScheduler;
    this.jobId = record.jobId;
    const limiter = limiterFor(record.model ?? provider.defaultModel);
    this.#limiter = limiter;
    this.#state = new RunState({
      store,
      lease,
      record,
      defaultModel: provider.defaultModel,
      concurrency: settings.concurrency,
      pacing: () => pacingOf(limiter, settings),
      shards: openShards({
        ...options,
        build: record.runMode === 'native' || options.undecided,
        quota: options.batchQuota,
        scheduler: this.#scheduler,
      }),
      onReopened: () => this.#decided.complete(),
      scheduler: this.#scheduler,
    });
    if (this.#state.atWork) this.#decided.complete();
    this.#input = new JobInput({
      lease,
      state: this.#state,
      intakes,
      startAfterInput: settings.startAfterInput,
      silent: settings.startAfterInput && !options.created,
      partial,
      decide: (total, ended) => this.#decideMode(total, ended),
      stopped$: this.#stopped,
      onFailure: (error) => this.#refuse(error),
      onProgress: () => this.#ticks.next(),
    });
  }

  /** The end is written: nothing is sent or stored any more. */
  get finished(): boolean {
    return this.#phase === 'finished' || this.#phase === 'over';
  }

  get progress(): Progress {
    return this.#state.progress;
  }

  /** Begins on the next turn, so that whoever called sees everything. */
  start(): void {
    this.#scheduler.schedule(() => this.#begin(), 0);
  }

  /** One more input for a job at work; false when it is too late for that. */
  accept(intake: Intake): boolean {
    return !this.finished && this.#stop === undefined && this.#input.accept(intake);
  }

  /** On its way to an end that was asked for, or past it. */
  get ending(): boolean {
    return this.finished || this.#stop !== undefined;
  }

  /** Claims no more; answers in flight may arrive for `drainMs`. The first request stands. */
  stop(request: StopRequest): void {
    if (this.#stop !== undefined || this.finished) return;
    this.#stop = request;
    this.#state.queue.close();
    // On a turn of its own: the caller may stand in the middle of an emission that must go on.
    this.#scheduler.schedule(() => {
      this.#stopped.next();
      this.#state.queue.nudge();
    }, 0);
  }

  /** Gives up the answers in flight too. */
  abort(): void {
    this.#scheduler.schedule(() => this.#aborted.next(), 0);
  }

  /** What another process asked for. */
  control(request: ControlRequest): void {
    this.stop(request === 'cancel' ? { kind: 'cancel' } : pausedElsewhere);
  }

  /** The store said that somebody else has the job now. */
  lose(error: BatchError): void {
    this.#scheduler.schedule(() => this.#die(error), 0);
  }

  #begin(): void {
    if (this.#phase !== 'new') return;
    this.#phase = 'running';
    concat(
      defer(() => this.#work()),
      defer(() => this.#finish()),
      defer(() => this.#afterwards()),
    ).subscribe({
      next: (event) => this.#live.next(event),
      error: (error: unknown) => this.#die(toBatchError(error, this.jobId)),
      complete: () => {
        this.#over();
        this.#live.complete();
      },
    });
  }

  /** Input, requests and progress, written in groups; completes when there is nothing left to do. */
  #work(): Observable<BatchEvent> {
    const { store, lease, settings } = this.#options;
    if (this.#state.atWork) this.#state.update({ status: 'running', reason: null });
    // Remembered: a slow input may end after everything was sent, and learns of it in the same breath.
    const sent$ = new ReplaySubject<void>(1);
    const over$ = new Subject<void>();
    const ticks$ = merge(this.#ticks, this.#limiter.changes$).pipe(
      filter(() => this.#state.atWork),
      throttleTime(settings.progressIntervalMs, this.#scheduler, { leading: true, trailing: true }),
      map((): RunDraft => ({ type: 'tick' })),
      takeUntil(over$),
    );
    const sends$ = this.#sends().pipe(tap({ complete: () => sent$.next() }));
    const work$ = merge(this.#input.read(sent$), sends$).pipe(tap({ complete: () => over$.next() }));
    const journal = new RunJournal({
      store,
      lease,
      state: this.#state,
      now: () => this.#scheduler.now(),
      onResults: () => this.#ticks.next(),
      onControl: (request) => this.control(request),
    });
    return merge(ticks$, work$).pipe(
      persistTo(journal, {
        maxGroup: Math.min(256, settings.concurrency),
        // A page of a result file is one draft of many rows.
        weigh: (draft) => (draft.type === 'group' ? draft.drafts.length : 1),
        scheduler: this.#scheduler,
      }),
    );
  }

  /** True once it is known how the job runs; `auto` waits until there are items enough for batches, or no more. */
  #decideMode(total: number, ended: boolean): boolean {
    const { provider, settings, undecided } = this.#options;
    const { nativeMinItems } = settings;
    if (!undecided || this.#chosen) return true;
    if (total < nativeMinItems && !ended) return false;
    this.#chosen = true;
    this.#state.choose(chooseMode({ mode: 'auto', provider, count: total, nativeMinItems }));
    this.#mode.complete();
    return true;
  }

  #sends(): Observable<RunDraft> {
    if (!this.#options.undecided) return this.#sendsInMode();
    return concat(
      this.#mode.pipe(takeUntil(this.#stopped)),
      defer(() => this.#sendsInMode()),
    );
  }

  #sendsInMode(): Observable<RunDraft> {
    const { shards, record } = this.#state;
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
    const { provider, settings, batchQuota, store, lease, record, random } = this.#options;
    const { native } = provider;
    if (native === undefined || batchQuota === undefined) return EMPTY;
    return nativeRun({
      ...{ store, lease, native, queue, cancelAll, random },
      quota: batchQuota,
      breaker: new CircuitBreaker(settings),
      settings: {
        ...settings,
        callTimeoutMs: settings.attemptTimeoutMs,
        // A large upload is several times an answer.
        uploadTimeoutMs: 3 * settings.attemptTimeoutMs,
      },
      maxAttempts: settings.maxAttempts,
      backoff: { baseMs: settings.backoffBaseMs, maxMs: settings.backoffMaxMs },
      keepRaw: settings.keepRaw,
      toItem: itemsOf(record, provider),
      stop: (request) => this.stop(request),
      stopped$: this.#stopped,
      stopRequest: () => this.#stop,
      changed: () => this.#ticks.next(),
      scheduler: this.#scheduler,
    }).pipe(takeUntil(this.#aborted));
  }

  #requests(): Observable<RunDraft> {
    const { provider, limiterFor, settings, random, sleptSince } = this.#options;
    const { work: queue, tracker } = this.#state;
    const drained$ = this.#stopped.pipe(switchMap(() => timer(settings.drainMs, this.#scheduler)));
    return emulatedRun({
      jobId: this.jobId,
      provider,
      queue,
      limiterFor: (item) => limiterFor(item.resolved.model),
      breaker: new CircuitBreaker(settings),
      concurrency: settings.concurrency,
      timeoutMs: settings.attemptTimeoutMs,
      maxStallMs: settings.maxStallMs,
      stragglerFactor: settings.stragglerFactor,
      estimateTokens: this.#options.estimateTokens,
      maxAttempts: settings.maxAttempts,
      backoff: { baseMs: settings.backoffBaseMs, maxMs: settings.backoffMaxMs },
      keepRaw: settings.keepRaw,
      random,
      stop: (request) => this.stop(request),
      stopped$: this.#stopped,
      sleptSince,
      sending: (change, sentAt) => tracker.sending(change, sentAt),
      scheduler: this.#scheduler,
    }).pipe(takeUntil(merge(this.#aborted, drained$)));
  }

  /** A bad item ends the run; with `startAfterInput` nothing was sent, and nothing of the input is kept. */
  #refuse(error: BatchError): void {
    if (this.#options.settings.startAfterInput) this.#refused = error;
    this.stop({ kind: 'stop', status: 'failed', code: error.code, message: error.message });
  }

  /** Writes how it ended; the events of that are the last ones. */
  #finish(): Observable<BatchEvent> {
    const { store, lease } = this.#options;
    const { atWork, record } = this.#state;
    let events: readonly BatchEvent[] = [];
    if (this.#refused !== undefined) {
      this.#undo();
    } else if (!atWork) {
      // Nothing new in the input of a completed job: it stays as it was, and says so again.
      const completion = store.completion(lease.jobKey);
      if (completion !== undefined && this.#stop?.kind !== 'stop') events = [completion];
      store.release(lease);
    } else {
      if (!record.inputComplete && !this.#options.partial) this.#stop ??= inputIncomplete(this.jobId);
      const end = this.#jobEnd();
      if ('reason' in end)
        this.#stop ??= { kind: 'stop', status: 'failed', code: 'internal', message: end.reason.message };
      events = store.finish(lease, end);
      store.release(lease);
      store.checkpoint();
    }
    this.#settle();
    return from(events);
  }

  /** A new job goes, an old one is as it was. */
  #undo(): void {
    const { store, lease, record, created } = this.#options;
    if (!created) {
      store.truncateItems(lease, record.total);
      const { status, reason, inputComplete, settings } = record;
      store.updateJob(lease, { status, reason, inputComplete, settings });
    }
    store.release(lease);
    if (created) store.deleteJob(this.jobId);
  }

  /** The callbacks, then the end that is no `complete`. */
  #afterwards(): Observable<never> {
    const stop = this.#stop;
    const settled$ = this.#options.settleCallbacks(stop?.kind !== 'stop').pipe(ignoreElements());
    if (stop?.kind !== 'stop') return settled$;
    const error = this.#refused ?? new BatchError(stop.code, stop.message, { jobId: this.jobId, until: stop.until });
    return concat(
      settled$,
      throwError(() => error),
    );
  }

  /** The run broke off. What can still be recorded is; then everybody is told. */
  #die(error: BatchError): void {
    if (this.#phase === 'over') return;
    if (!this.finished) {
      this.#settle();
      this.#state.queue.close();
      this.#aborted.next();
      if (error.code !== 'lease_lost') this.#recordFailure(error);
    }
    this.#over();
    this.#live.error(error);
  }

  #jobEnd(): JobEnd {
    const { lowWater } = this.#state;
    return jobEnd({ stop: this.#stop, lowWater, snapshot: (...end) => this.#state.snapshot(...end) });
  }

  #recordFailure({ code, message }: BatchError): void {
    const { store, lease } = this.#options;
    this.#stop = { kind: 'stop', status: 'failed', code, message };
    try {
      store.finish(lease, this.#jobEnd());
      store.release(lease);
    } catch (second) {
      // The store itself is what failed; the error in hand says so, and the job shows as interrupted.
      if (!isBatchError(second)) throw second;
    }
  }

  #settle(): void {
    this.#phase = 'finished';
    this.#decided.complete();
  }

  #over(): void {
    this.#phase = 'over';
    // A paused job's input is held: the client may go on with it.
    this.#input.close(this.#stop?.kind === 'stop' && this.#stop.status === 'paused');
    this.#ended.complete();
  }
}

const pausedElsewhere: StopRequest = {
  kind: 'stop',
  status: 'paused',
  code: 'paused',
  message: 'Paused by another process',
};

/** A window that is no narrower than the job's own concurrency limits nothing. */
function pacingOf({ state }: Limiter, { concurrency }: RunSettings): PacingState {
  return state.window === null || state.window < concurrency ? state : { ...state, window: null };
}
