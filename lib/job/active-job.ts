import {
  asyncScheduler, catchError, concat, defer, EMPTY, from, ignoreElements, map, merge, of, Subject, switchMap, takeUntil, tap,
  throttleTime, throwError, timer, type Observable, type SchedulerLike,
} from 'rxjs';
import { BatchError, isBatchError, toBatchError } from '../core/errors.js';
import type { BatchEvent } from '../core/events.js';
import type { JobStatus, StopReason } from '../core/job.js';
import type { Progress } from '../core/progress.js';
import type { Intake } from '../intake/intake.js';
import { persistTo } from '../operators/persist-to.js';
import type { RunSettings } from '../options/run-options.js';
import type { Limiter } from '../pacing/limiter.js';
import type { Provider } from '../provider/provider.js';
import { CircuitBreaker } from '../run/circuit-breaker.js';
import { emulatedRun } from '../run/emulated-run.js';
import { ProgressTracker } from '../run/progress-tracker.js';
import type { StopRequest } from '../run/stop.js';
import { toWorkItem } from '../run/work-item.js';
import { WorkQueue } from '../run/work-queue.js';
import type { BatchStore, ControlRequest, JobEnd, JobRecord, Lease } from '../store/store.js';
import { RunJournal, type RunDraft } from './run-journal.js';

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
  readonly settings: RunSettings;
  /** Inputs to read, one after the other. */
  readonly intakes: readonly Intake[];
  /** Finish with the items there are, although the input was never read to its end. */
  readonly partial: boolean;
  readonly sleptSince: (time: number) => boolean;
  /** Delivers what is left to the callbacks, with `onComplete` if the job completed; completes when they have settled. */
  readonly settleCallbacks: (completed: boolean) => Observable<unknown>;
  readonly scheduler?: SchedulerLike;
  readonly random: () => number;
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
  readonly #queue: WorkQueue;
  readonly #tracker: ProgressTracker;
  readonly #intakes: Intake[];
  #record: JobRecord;
  #stop: StopRequest | undefined;
  /** False while a completed job's input is read again and nothing new was found in it. */
  #reopened: boolean;
  #grown = false;
  #reading = false;
  #refused: BatchError | undefined;
  #phase: 'new' | 'running' | 'finished' | 'over' = 'new';

  /** Events as they are committed; completes or errors as the job ends. */
  readonly live$: Observable<BatchEvent> = this.#live.asObservable();
  /** Fires once, after the lease was given back. */
  readonly ended$: Observable<void> = this.#ended.asObservable();

  constructor(options: ActiveJobOptions) {
    const { store, lease, record, provider } = options;
    this.#options = options;
    this.#scheduler = options.scheduler ?? asyncScheduler;
    this.jobId = record.jobId;
    this.#record = record;
    this.#intakes = [...options.intakes];
    this.#reopened = record.status !== 'completed';
    this.#tracker = new ProgressTracker(record, record.runMode, this.#scheduler.now());
    const defaults = { model: record.model ?? provider.defaultModel, params: record.params };
    this.#queue = new WorkQueue({
      claim: (after, limit) => store.claim(lease, after, limit),
      toItem: (claimed) => toWorkItem(claimed, defaults),
      lowWater: record.lowWater,
      maxDelayed: Math.max(1_000, 4 * options.settings.concurrency),
      scheduler: this.#scheduler,
    });
  }

  /** The end is written: nothing is sent or stored any more. */
  get finished(): boolean {
    return this.#phase === 'finished' || this.#phase === 'over';
  }

  get progress(): Progress {
    return this.#snapshot(this.#reopened ? 'running' : this.#record.status, null);
  }

  /** Begins on the next turn, so that whoever called sees everything. */
  start(): void {
    this.#scheduler.schedule(() => this.#begin(), 0);
  }

  /** One more input for a job at work; false when it is too late for that. */
  accept(intake: Intake): boolean {
    if (this.finished || this.#stop !== undefined || (!this.#reading && this.#phase === 'running')) return false;
    this.#intakes.push(intake);
    return true;
  }

  /** Claims no more; answers in flight may arrive for `drainMs`. The first request stands. */
  stop(request: StopRequest): void {
    if (this.#stop !== undefined || this.finished) return;
    this.#stop = request;
    this.#queue.close();
    // On a turn of its own: the caller may stand in the middle of an emission that must go on.
    this.#scheduler.schedule(() => {
      this.#stopped.next();
      this.#queue.nudge();
    }, 0);
  }

  /** Gives up the answers in flight too. */
  abort(): void {
    this.#scheduler.schedule(() => this.#aborted.next(), 0);
  }

  /** Another process's wish, as read from the store. */
  control(request: ControlRequest): void {
    if (request === 'cancel') this.stop({ kind: 'cancel' });
    else this.stop({ kind: 'stop', status: 'paused', code: 'paused', message: 'Paused by another process' });
  }

  /** The store said that somebody else has the job now. */
  lose(error: BatchError): void {
    this.#scheduler.schedule(() => this.#die(error), 0);
  }

  #begin(): void {
    if (this.#phase !== 'new') return;
    this.#phase = 'running';
    concat(this.#work(), defer(() => this.#finish()), defer(() => this.#afterwards())).subscribe({
      next: (event) => this.#live.next(event),
      error: (error: unknown) => this.#die(toBatchError(error, this.jobId)),
      complete: () => this.#close(),
    });
  }

  #work(): Observable<BatchEvent> {
    const { store, lease, settings } = this.#options;
    if (this.#reopened) store.updateJob(lease, { status: 'running', reason: null });
    const over$ = new Subject<void>();
    const ticks$ = merge(this.#ticks, ...this.#limiterChanges()).pipe(
      throttleTime(settings.progressIntervalMs, this.#scheduler, { leading: true, trailing: true }),
      map((): RunDraft => ({ type: 'tick' })),
      takeUntil(over$),
    );
    const work$ = merge(this.#input(), this.#sends()).pipe(tap({ complete: () => over$.next() }));
    const journal = new RunJournal({
      store,
      lease,
      queue: this.#queue,
      tracker: this.#tracker,
      now: () => this.#scheduler.now(),
      progress: () => this.progress,
      onResults: () => this.#ticks.next(),
      onControl: (request) => this.control(request),
    });
    const maxGroup = Math.min(256, settings.concurrency);
    return merge(ticks$, work$).pipe(persistTo(journal, { maxGroup, scheduler: this.#scheduler }));
  }

  #limiterChanges(): Observable<void>[] {
    return [this.#options.limiterFor(this.#record.model ?? this.#options.provider.defaultModel).changes$];
  }

  #sends(): Observable<RunDraft> {
    const { provider, limiterFor, settings, random, sleptSince } = this.#options;
    const drained$ = this.#stopped.pipe(switchMap(() => timer(settings.drainMs, this.#scheduler)));
    return emulatedRun({
      jobId: this.jobId,
      provider,
      queue: this.#queue,
      limiterFor: (item) => limiterFor(item.resolved.model),
      breaker: new CircuitBreaker(settings),
      concurrency: settings.concurrency,
      timeoutMs: settings.attemptTimeoutMs,
      maxStallMs: settings.maxStallMs,
      maxAttempts: settings.maxAttempts,
      backoff: { baseMs: settings.backoffBaseMs, maxMs: settings.backoffMaxMs },
      keepRaw: settings.keepRaw,
      random,
      stop: (request) => this.stop(request),
      stopped$: this.#stopped,
      sleptSince,
      sending: (change) => {
        this.#tracker.inFlight += change;
        if (change === 1) this.#tracker.noteRequest(this.#scheduler.now());
      },
      scheduler: this.#scheduler,
    }).pipe(takeUntil(merge(this.#aborted, drained$)));
  }

  /** Reads every input into the store; emits nothing itself. A bad item ends the run, answers kept. */
  #input(): Observable<never> {
    const { settings } = this.#options;
    if (this.#intakes.length === 0) return defer(() => this.#inputEnded(this.#record.inputComplete || this.#options.partial));
    if (!settings.startAfterInput && this.#reopened) this.#queue.open();
    this.#reading = true;
    return this.#readFrom(0).pipe(
      tap((total) => this.#inputGrew(total)),
      takeUntil(this.#stopped),
      ignoreElements(),
      (reading$) => concat(reading$, defer(() => this.#inputEnded(this.#intakes.every((intake) => intake.ended)))),
      catchError((error: unknown) => this.#inputFailed(toBatchError(error, this.jobId))),
    );
  }

  /** Another input may be added while one is read. */
  #readFrom(index: number): Observable<number> {
    const intake = this.#intakes[index];
    if (intake === undefined) return EMPTY;
    return concat(intake.read(this.#options.lease, this.#tracker.total), defer(() => this.#readFrom(index + 1)));
  }

  #inputGrew(total: number): void {
    const { store, lease, settings } = this.#options;
    if (!this.#grown) store.updateJob(lease, { inputComplete: false });
    this.#grown = true;
    this.#tracker.total = total;
    this.#tracker.totalKnown = false;
    if (settings.startAfterInput) return;
    if (!this.#reopened) this.#reopen();
    this.#queue.inputGrew();
    this.#ticks.next();
  }

  #inputEnded(whole: boolean): Observable<never> {
    const { store, lease } = this.#options;
    this.#reading = false;
    if (!whole && this.#intakes.length > 0) return EMPTY;
    if (whole) {
      if (this.#grown || !this.#record.inputComplete) store.updateJob(lease, { inputComplete: true });
      this.#tracker.totalKnown = true;
    }
    if (this.#grown && !this.#reopened) this.#reopen();
    this.#record = { ...this.#record, inputComplete: whole };
    this.#queue.open();
    this.#queue.inputGrew(true);
    this.#ticks.next();
    return EMPTY;
  }

  #inputFailed(error: BatchError): Observable<never> {
    this.#reading = false;
    if (error.code.startsWith('store_') || error.code === 'disk_full' || error.code === 'lease_lost') throw error;
    if (this.#options.settings.startAfterInput) this.#refused = error;
    this.stop({ kind: 'stop', status: 'failed', code: error.code, message: error.message });
    return EMPTY;
  }

  /** A completed job has new items: its end and its failures are taken back. */
  #reopen(): void {
    const { store, lease } = this.#options;
    store.reopen(lease, { retryFailed: true });
    store.updateJob(lease, { status: 'running', reason: null });
    const record = store.findJob(this.jobId);
    if (record === undefined) return;
    this.#reopened = true;
    this.#record = record;
    this.#tracker.restart({ ...record, inputComplete: this.#tracker.totalKnown });
    this.#queue.startFrom(record.lowWater);
    this.#queue.open();
  }

  /** Writes how it ended; the events of that are the last ones. */
  #finish(): Observable<BatchEvent> {
    const { store, lease } = this.#options;
    if (this.#refused !== undefined) {
      this.#undo();
      this.#phase = 'finished';
      return EMPTY;
    }
    if (!this.#reopened) {
      // Nothing new in the input of a completed job: it stays as it was.
      this.#phase = 'finished';
      const completion = this.#stop?.kind === 'stop' ? undefined : store.completion(lease.jobKey);
      store.release(lease);
      return completion === undefined ? EMPTY : of(completion);
    }
    const events = store.finish(lease, this.#end());
    store.release(lease);
    this.#phase = 'finished';
    store.checkpoint();
    return from(events);
  }

  #end(): JobEnd {
    const lowWater = this.#queue.lowWater;
    const stop = this.#stop ?? this.#incomplete();
    if (stop === undefined) return { status: 'completed', lowWater, progress: this.#snapshot('completed', null) };
    if (stop.kind === 'cancel') return { status: 'cancelled', lowWater, progress: this.#snapshot('cancelled', null) };
    const reason = { code: stop.code, message: stop.message };
    this.#stop = stop;
    return { status: stop.status, reason, lowWater, progress: this.#snapshot(stop.status, reason) };
  }

  #incomplete(): StopRequest | undefined {
    if (this.#record.inputComplete) return undefined;
    const id = JSON.stringify(this.jobId);
    return {
      kind: 'stop',
      status: 'paused',
      code: 'input_incomplete',
      message: `Everything stored was done, but the input of job ${id} was never read to its end; go on with the same map({ jobId: ${id}, items }), or finish without the rest: resume(${id}, { partial: true })`,
    };
  }

  /** A refused input under `startAfterInput` leaves no trace: a new job goes, an old one is as it was. */
  #undo(): void {
    const { store, lease, record, created } = this.#options;
    if (!created) {
      store.truncateItems(lease, record.total);
      store.updateJob(lease, { status: record.status, reason: record.reason, inputComplete: record.inputComplete });
    }
    store.release(lease);
    if (created) store.deleteJob(this.jobId);
  }

  /** The callbacks, then the end that is no `complete`. */
  #afterwards(): Observable<never> {
    const settled$ = this.#options.settleCallbacks(this.#stop?.kind !== 'stop').pipe(ignoreElements());
    const stop = this.#stop;
    if (stop?.kind !== 'stop') return settled$;
    const error = this.#refused ?? new BatchError(stop.code, stop.message, { jobId: this.jobId });
    return concat(settled$, throwError(() => error));
  }

  /** The run broke off. What can still be recorded is; then everybody is told. */
  #die(error: BatchError): void {
    if (this.#phase === 'over') return;
    if (!this.finished) {
      this.#phase = 'finished';
      this.#queue.close();
      this.#aborted.next();
      if (error.code !== 'lease_lost') this.#recordFailure(error);
    }
    this.#over();
    this.#live.error(error);
  }

  #recordFailure(error: BatchError): void {
    const { store, lease } = this.#options;
    const reason = { code: error.code, message: error.message };
    try {
      store.finish(lease, { status: 'failed', reason, lowWater: this.#queue.lowWater, progress: this.#snapshot('failed', reason) });
      store.release(lease);
    } catch (second) {
      // The store itself is what failed; the error in hand says so, and the job shows as interrupted.
      if (!isBatchError(second)) throw second;
    }
  }

  #close(): void {
    this.#over();
    this.#live.complete();
  }

  #over(): void {
    this.#phase = 'over';
    // A paused job's input is held: the client may go on with it.
    const held = this.#stop?.kind === 'stop' && this.#stop.status === 'paused';
    if (!held) this.#intakes.forEach((intake) => intake.close());
    this.#ended.next();
    this.#ended.complete();
  }

  #snapshot(status: JobStatus, reason: StopReason | null): Progress {
    const limiter = this.#options.limiterFor(this.#record.model ?? this.#options.provider.defaultModel);
    return this.#tracker.snapshot(this.#scheduler.now(), status, reason, limiter.state);
  }
}
