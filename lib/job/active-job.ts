import {
  asyncScheduler,
  concat,
  concatAll,
  defer,
  filter,
  ignoreElements,
  map,
  merge,
  of,
  ReplaySubject,
  Subject,
  takeUntil,
  tap,
  throttleTime,
  throwError,
  type Observable,
  type SchedulerLike,
} from 'rxjs';
import { BatchError, toBatchError } from '../core/errors.js';
import type { BatchEvent } from '../core/events.js';
import type { PacingState, Progress } from '../core/progress.js';
import type { Intake } from '../intake/intake.js';
import { openShards } from '../native/open-shards.js';
import { persistGroups } from '../operators/persist-to.js';
import type { RunSettings } from '../options/run-options.js';
import type { Limiter } from '../pacing/limiter.js';
import { maxAtRisk } from '../run/max-at-risk.js';
import type { StopRequest } from '../run/stop.js';
import type { ControlRequest } from '../store/store.js';
import type { ActiveJobOptions } from './active-job-options.js';
import { JobInput } from './job-input.js';
import { JobSends } from './job-sends.js';
import { draftWeight, RunJournal, type RunDraft } from './run-journal.js';
import { RunState } from './run-state.js';
import { StopSignal } from './stop-signal.js';
import { recordFailure, tidyUp, undoRun, writeEnding, type EndingRun } from './write-ending.js';

type EventGroup = readonly BatchEvent[];

/**
 * A job being worked on by this process: reads the input, sends, writes, tells. Started once, ended once. Whoever
 * watches attaches to `groups$`, which outlive every watcher.
 */
export class ActiveJob {
  readonly jobId: string;
  readonly #options: ActiveJobOptions;
  readonly #scheduler: SchedulerLike;
  readonly #groups = new Subject<EventGroup>();
  readonly #ticks = new Subject<void>();
  readonly #ended = new Subject<void>();
  readonly #decided = new Subject<never>();
  readonly #signal: StopSignal;
  readonly #state: RunState;
  readonly #input: JobInput;
  readonly #sends: JobSends;
  readonly #limiter: Limiter;
  /** The input was refused before anything was sent. */
  #refused: BatchError | undefined;
  readonly #hurry = new ReplaySubject<number>(1);
  #phase: 'new' | 'running' | 'finished' | 'over' = 'new';

  /** Events as they are committed, a group at a time; completes or errors as the job ends. */
  readonly groups$: Observable<EventGroup> = this.#groups.asObservable();
  /** The same one by one. */
  readonly live$: Observable<BatchEvent> = this.#groups.pipe(concatAll());
  /** Completes after the end was written, told, and the lease given back. */
  readonly ended$: Observable<void> = this.#ended.asObservable();

  /** Completes once it is known that the job is at work, or stays as it ended: before, its past may be taken back. */
  readonly decided$: Observable<never> = this.#decided.asObservable();

  constructor(options: ActiveJobOptions) {
    const { store, lease, record, provider, settings, intakes, partial, limiterFor } = options;
    this.#options = options;
    this.#scheduler = options.scheduler ?? asyncScheduler;
    this.#signal = new StopSignal(this.#scheduler);
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
    this.#sends = new JobSends({
      ...options,
      state: this.#state,
      signal: this.#signal,
      stop: (request) => this.stop(request),
      changed: () => this.#ticks.next(),
      scheduler: this.#scheduler,
    });
    this.#input = new JobInput({
      lease,
      state: this.#state,
      intakes,
      startAfterInput: settings.startAfterInput,
      silent: settings.startAfterInput && !options.created,
      partial,
      decide: (total, ended) => this.#sends.decide(total, ended),
      stopped$: this.#signal.stopped$,
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
    return !this.ending && this.#input.accept(intake);
  }

  /** On its way to an end that was asked for, or past it. */
  get ending(): boolean {
    return this.finished || this.#signal.request !== undefined;
  }

  /** Claims no more; answers in flight may arrive for `drainMs`. The first request stands. */
  stop(request: StopRequest): void {
    if (this.ending) return;
    this.#signal.note(request);
    this.#state.queue.close();
    this.#signal.stop(() => this.#state.queue.nudge());
  }

  /** Gives up the answers in flight too. */
  abort(): void {
    this.#signal.abort();
  }

  /** Callbacks under way may take so much longer, and no new ones begin once the end is written. Default: `drainMs`. */
  hurry(ms = this.#options.settings.drainMs): void {
    this.#hurry.next(ms);
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
      next: (events) => {
        this.#groups.next(events);
        this.#state.work.goOn();
      },
      error: (error: unknown) => this.#die(toBatchError(error, this.jobId)),
      complete: () => {
        this.#over();
        this.#groups.complete();
      },
    });
  }

  /** Input, requests and progress, written in groups; completes when there is nothing left to do. */
  #work(): Observable<EventGroup> {
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
    const sends$ = this.#sends.run().pipe(tap({ complete: () => sent$.next() }));
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
      persistGroups(journal, {
        maxGroup: Math.min(256, maxAtRisk(settings.concurrency)),
        // From here on lanes may have to wait for the commit: see maxAtRisk.
        restBelow: settings.concurrency,
        weigh: draftWeight,
        scheduler: this.#scheduler,
      }),
    );
  }

  /** A bad item ends the run; with `startAfterInput` nothing was sent, and nothing of the input is kept. */
  #refuse(error: BatchError): void {
    if (this.#options.settings.startAfterInput) this.#refused = error;
    this.stop({ kind: 'stop', status: 'failed', code: error.code, message: error.message });
  }

  /** Writes how it ended; the events of that are the last ones. */
  #finish(): Observable<EventGroup> {
    let events: readonly BatchEvent[] = [];
    if (this.#refused === undefined) events = writeEnding(this.#atEnd);
    else undoRun(this.#atEnd);
    this.#settle();
    // Syncs the file: whoever waits for the end hears of it first.
    this.#scheduler.schedule(() => tidyUp(this.#options), 0);
    return of(events);
  }

  /** The callbacks, then the end that is no `complete`. */
  #afterwards(): Observable<never> {
    const stop = this.#signal.request;
    // Somebody waits for a pause to be over, and what is not delivered is kept for the next run.
    if (stop?.kind === 'stop' && stop.status === 'paused') this.hurry();
    const settled$ = this.#options.settleCallbacks(stop?.kind !== 'stop', this.#hurry).pipe(ignoreElements());
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
      this.#signal.abortNow();
      if (error.code !== 'lease_lost') recordFailure(this.#atEnd, error);
    }
    this.#over();
    this.#groups.error(error);
  }

  get #atEnd(): EndingRun {
    return { ...this.#options, state: this.#state, signal: this.#signal };
  }

  #settle(): void {
    this.#phase = 'finished';
    this.#decided.complete();
  }

  #over(): void {
    this.#phase = 'over';
    // A paused job's input is held: the client may go on with it.
    const { request } = this.#signal;
    this.#input.close(request?.kind === 'stop' && request.status === 'paused');
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
