import {
  concat,
  defer,
  EMPTY,
  ignoreElements,
  lastValueFrom,
  merge,
  Subject,
  type Observable,
  type SchedulerLike,
} from 'rxjs';
import { BatchError } from '../core/errors.js';
import type { ResolvedItem } from '../core/item.js';
import type { Mode } from '../core/job.js';
import type { Intake } from '../intake/intake.js';
import { ActiveJob } from '../job/active-job.js';
import type { JobHost } from '../job/job-host.js';
import type { Log } from '../log/logger.js';
import type { Callbacks } from '../options/map-options.js';
import { sharedLimits, type RunSettings } from '../options/run-options.js';
import { BatchQuotas } from '../native/batch-quotas.js';
import { effectiveCaps } from '../native/native-options.js';
import type { ModeChoice } from '../native/choose-mode.js';
import type { LimiterRegistry, RunLimiters } from '../pacing/limiter-registry.js';
import type { Provider } from '../provider/provider.js';
import type { StopRequest } from '../run/stop.js';
import type { BatchStore, JobRecord, Lease } from '../store/store.js';
import { BlamedSubscribers } from './blamed-subscribers.js';
import { ColdJobs } from './cold-jobs.js';
import { Heartbeat } from './heartbeat.js';
import { HeldStarts } from './held-starts.js';
import { JobCallbacks } from './job-callbacks.js';
import { logRun } from './log-run.js';

export interface JobRunnerOptions {
  readonly store: BatchStore;
  readonly provider: Provider;
  readonly limiters: LimiterRegistry;
  readonly scheduler: SchedulerLike;
  readonly random: () => number;
  readonly estimateTokens: ((item: ResolvedItem) => number) | undefined;
  readonly log: Log | undefined;
}

/** What a run is started with. */
export interface StartOptions {
  readonly jobId: string;
  /** Whether this very call created the job. */
  readonly created: boolean;
  readonly intakes: readonly Intake[];
  readonly partial: boolean;
  readonly retryFailed: boolean;
  /** Go on in another mode than before. */
  readonly mode?: ModeChoice & { readonly mode: Mode };
  readonly settings: RunSettings;
  readonly callbacks: Callbacks;
}

interface Running {
  readonly lease: Lease;
  readonly run: ActiveJob;
  readonly options: StartOptions;
  readonly limiters: RunLimiters;
}

/** The jobs at work in this client: starts them, knows them, ends them. */
export class JobRunner implements Pick<JobHost, 'active' | 'blame' | 'started$' | 'watched'> {
  readonly #running = new Map<string, Running>();
  readonly #held = new HeldStarts();
  readonly #leases = new Map<string, Lease>();
  #closing = false;
  readonly #started = new Subject<string>();
  readonly #cold = new ColdJobs();
  readonly #blamed: BlamedSubscribers;
  readonly #heartbeat: Heartbeat;
  readonly #quotas: BatchQuotas;
  readonly started$: Observable<string> = this.#started.asObservable();

  constructor(
    private readonly options: JobRunnerOptions,
    private readonly host: () => JobHost,
  ) {
    this.#blamed = new BlamedSubscribers(options.log);
    this.#quotas = new BatchQuotas(options);
    this.#heartbeat = new Heartbeat(options.store, () =>
      [...this.#running.values()].filter(({ run }) => !run.finished),
    );
  }

  active(jobId: string): ActiveJob | undefined {
    return this.#running.get(jobId)?.run;
  }

  /** How the job was last started in this client. */
  latest(jobId: string): StartOptions | undefined {
    return this.#held.get(jobId);
  }

  /** Takes the job and begins on the next turn. Throws `job_busy` where somebody else has it. */
  start(options: StartOptions): void {
    this.#cold.remove(options.jobId);
    this.#begin(options);
  }

  #begin(options: StartOptions): void {
    const { store, provider, limiters, scheduler, random } = this.options;
    const { jobId, settings } = options;
    // A run whose store failed could not give its lease back.
    const stale = this.#leases.get(jobId);
    if (stale !== undefined && this.active(jobId) === undefined) store.release(stale);
    const lease = store.acquire(jobId);
    this.#leases.set(jobId, lease);
    const record = this.#prepare(lease, options);
    this.#held.replace(jobId, options);
    const callbacks = JobCallbacks.of(record, options.callbacks, { ...this.options, host: this.host() });
    const scope = provider.quotaScope ?? provider.name;
    const own = limiters.enter(scope, sharedLimits(settings), settings.concurrency);
    own.of(record.model ?? provider.defaultModel).forgive();
    const run = new ActiveJob({
      store,
      lease,
      record,
      created: options.created,
      provider,
      limiterFor: (model) => own.of(model),
      batchQuota:
        provider.native && this.#quotas.quota(scope, effectiveCaps(provider.native.caps, settings.nativeCaps)),
      settings,
      intakes: options.intakes,
      partial: options.partial,
      undecided: isUndecided(record, provider, options),
      sleptSince: (time) => this.#heartbeat.sleep.sleptSince(time),
      settleCallbacks: (completed, hurry$) => callbacks?.settle(completed, hurry$) ?? EMPTY,
      scheduler,
      random,
      estimateTokens: this.options.estimateTokens,
    });
    callbacks?.listen(run.live$);
    this.#register(jobId, { lease, run, options, limiters: own });
    run.start();
  }

  /** The work of this job follows its watchers. */
  startWhenWatched(options: StartOptions): void {
    const { jobId } = options;
    this.#held.replace(jobId, options);
    let created = options.created;
    this.#cold.add(jobId, () => {
      this.#begin({ ...options, created });
      created = false;
    });
  }

  /** Whether the job runs only while somebody watches. */
  followsWatchers(jobId: string): boolean {
    return this.#cold.has(jobId);
  }

  /** For a cold job: completes when its run may be attached to. */
  watched(jobId: string, change: 1 | -1): Observable<never> {
    const watchers = this.#cold.watched(jobId, change);
    const run = this.active(jobId);
    if (change === -1) {
      if (watchers === 0 && this.#cold.has(jobId)) run?.stop(unwatched(jobId));
      return EMPTY;
    }
    if (!this.#cold.has(jobId) || (run !== undefined && !run.ending)) return EMPTY;
    const start$ = defer(() => {
      if (this.active(jobId) === undefined && !this.#closing)
        this.#cold.startIfWatched(jobId, () => this.#waitsForWatcher(jobId));
      return EMPTY;
    });
    return concat(run?.ended$.pipe(ignoreElements()) ?? EMPTY, start$);
  }

  blame(jobId: string, error: unknown): void {
    const run = this.active(jobId);
    if (run === undefined) throw error;
    this.#blamed.blame(run, error);
  }

  /** Lets go of an input held in the middle, and of the job's watchers. */
  forget(jobId: string): void {
    this.#cold.remove(jobId);
    this.#held.replace(jobId, undefined);
  }

  /** Stops every run and waits until each has ended; `drainMs` overrides theirs. */
  async stopAll(drainMs?: number): Promise<void> {
    this.#closing = true;
    const runs = [...this.#running.values()].map(({ run }) => run);
    const ended = lastValueFrom(merge(...runs.map((run) => run.ended$)), { defaultValue: undefined });
    for (const run of runs) {
      run.stop({ kind: 'stop', status: 'paused', code: 'closed', message: 'The client was closed' });
      run.hurry(drainMs);
      if (drainMs === 0) run.abort();
    }
    await ended;
    this.#heartbeat.stop();
    this.#held.closeAll();
  }

  #prepare(lease: Lease, { jobId, retryFailed, settings, mode }: StartOptions): JobRecord {
    const { store } = this.options;
    try {
      if (retryFailed) store.reopen(lease, { retryFailed });
      const record = store.findJob(jobId);
      if (record === undefined) throw new BatchError('job_not_found', `There is no job "${jobId}"`, { jobId });
      store.updateJob(lease, { settings: { ...record.settings, ...settings } });
      // With the settings it had: a refused input puts them back.
      if (mode === undefined) return record;
      const choice = { mode: mode.mode, runMode: mode.runMode, modeReason: mode.reason };
      store.updateJob(lease, choice);
      return { ...record, ...choice };
    } catch (error) {
      store.release(lease);
      throw error;
    }
  }

  /** A client may live for a hundred thousand jobs: what cannot be taken up again leaves nothing behind. */
  #forgetEnded(jobId: string): void {
    const { store } = this.options;
    try {
      if (store.owner(jobId)?.self !== true) this.#leases.delete(jobId);
      const record = store.findJob(jobId);
      if (record === undefined || (record.status === 'completed' && record.failed === 0)) this.forget(jobId);
    } catch {
      // The store has failed: its job may be taken up again, with what is known of it.
    }
  }

  #waitsForWatcher(jobId: string): boolean {
    const record = this.options.store.findJob(jobId);
    return record?.status === 'paused' && record.reason?.code === 'unwatched';
  }

  #register(jobId: string, running: Running): void {
    this.#running.set(jobId, running);
    this.#heartbeat.start();
    this.#started.next(jobId);
    const { run } = running;
    run.ended$.subscribe({
      error: () => undefined,
      complete: () => {
        running.limiters.leave();
        if (this.#running.get(jobId) === running) this.#running.delete(jobId);
        this.#held.forgetRead(jobId);
        if (this.active(jobId) === undefined) this.#forgetEnded(jobId);
        if (this.#running.size === 0) this.#heartbeat.stop();
      },
    });
    const { log, scheduler } = this.options;
    if (log !== undefined) logRun(run, log, scheduler);
  }
}

/** `auto`, and nothing sent so far: the number of items will tell. */
function isUndecided(record: JobRecord, { native }: Provider, { intakes }: StartOptions): boolean {
  const untouched = record.claimedTo === 0 && record.ok + record.failed === 0 && record.runMode === 'emulated';
  return record.mode === 'auto' && untouched && intakes.length > 0 && native?.auto.sensible === true;
}

function unwatched(jobId: string): StopRequest {
  const message = `Nobody watches job "${jobId}"; it goes on with the next subscriber`;
  return { kind: 'stop', status: 'paused', code: 'unwatched', message };
}
