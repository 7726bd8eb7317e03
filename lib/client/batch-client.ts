import { asyncScheduler, Subject, type SchedulerLike } from 'rxjs';
import { BatchError, OptionsError } from '../core/errors.js';
import type { JobInfo, RunMode } from '../core/job.js';
import { Intake } from '../intake/intake.js';
import { itemReader } from '../intake/item-reader.js';
import type { BatchJob } from '../job/batch-job.js';
import { DurableJob } from '../job/durable-job.js';
import { requireJob } from '../job/follow.js';
import { infoOf, storedProgress } from '../job/job-info.js';
import type { JobHost } from '../job/job-host.js';
import { StoredJobReader, type JobReader } from '../job/job-reader.js';
import { logger } from '../log/logger.js';
import { checkOptions } from '../options/check-options.js';
import { clientSchema, type BatchClientOptions } from '../options/client-options.js';
import {
  mapSchema,
  resumeSchema,
  type ItemSource,
  type MapOptions,
  type ResumeOptions,
} from '../options/map-options.js';
import { mergeRunOptions, pickRunOptions, sharedLimits, type SharedLimits } from '../options/run-options.js';
import { LimiterRegistry } from '../pacing/limiter-registry.js';
import { namedProvider } from '../provider/named-providers.js';
import type { Provider } from '../provider/provider.js';
import { resolveItem, type ItemDefaults } from '../run/work-item.js';
import { sqliteStore } from '../store/sqlite/sqlite-store.js';
import type { BatchStore, JobRecord } from '../store/store.js';
import { chooseMode } from '../native/choose-mode.js';
import { refuseConflict } from './attach-rules.js';
import { checkCallbacks, hasCallbacks } from './check-callbacks.js';
import type { BatchClientApi, CloseOptions, PruneOptions } from './client-api.js';
import { Housekeeping } from './housekeeping.js';
import { JobRunner, type StartOptions } from './job-runner.js';
import { newJob } from './new-job.js';

/** Where jobs are stored when nothing is said. */
const defaultDb = 'openapi-batch.sqlite';

/**
 * Runs and finds batches. Opens its database at once; loads a provider's SDK at the first job. Throws an `OptionsError` for
 * wrong options and a `BatchError` with a `store_*` code where the database cannot be had.
 */
export class BatchClient implements BatchClientApi, AsyncDisposable {
  readonly #options: BatchClientOptions;
  readonly #provider: Provider;
  readonly #store: BatchStore;
  readonly #scheduler: SchedulerLike;
  readonly #runner: JobRunner;
  readonly #host: JobHost;
  readonly #housekeeping: Housekeeping;
  readonly #closed$ = new Subject<void>();
  /** Its jobs a page at a time, for servers such as `openapi-batch/http`. */
  readonly reader: JobReader;
  /** The `requestsPerMinute` and `tokensPerMinute` it was made with. */
  readonly limits: SharedLimits;
  #closing: Promise<void> | undefined;

  constructor(options: BatchClientOptions = {}) {
    checkOptions(clientSchema, options, 'new BatchClient()');
    this.#options = options;
    this.limits = sharedLimits(options);
    const { provider = 'local_echo', db = process.env['OPENAPI_BATCH_DB'] ?? defaultDb } = options;
    this.#provider = typeof provider === 'string' ? namedProvider(provider, options) : provider;
    this.#scheduler = options.scheduler ?? asyncScheduler;
    const now = (): number => this.#scheduler.now();
    this.#store = options.store ?? sqliteStore({ path: db, durability: options.durability, now });
    const random = options.random ?? Math.random;
    this.#runner = new JobRunner(
      {
        store: this.#store,
        provider: this.#provider,
        limiters: new LimiterRegistry({ scheduler: this.#scheduler, random }),
        scheduler: this.#scheduler,
        random,
        estimateTokens: options.estimateTokens,
        log: logger(options.log),
      },
      () => this.#host,
    );
    this.#host = {
      store: this.#store,
      scheduler: this.#scheduler,
      active: (jobId) => this.#runner.active(jobId),
      started$: this.#runner.started$,
      closed$: this.#closed$,
      watched: (jobId, change) => this.#runner.watched(jobId, change),
      refuseClosed: (call) => this.#refuseClosed(call),
      forget: (jobId) => this.#runner.forget(jobId),
      blame: (jobId, error) => this.#runner.blame(jobId, error),
      retry: (jobId, mode) => this.#retry(jobId, mode),
      cancelIdle: (jobId) => this.#cancelIdle(jobId),
    };
    this.reader = new StoredJobReader(this.#host);
    this.#housekeeping = new Housekeeping({
      store: this.#store,
      scheduler: this.#scheduler,
      forget: (jobId) => this.#runner.forget(jobId),
    });
  }

  map<T = unknown>(options: MapOptions<T>): BatchJob<T> {
    this.#refuseClosed('map()');
    const { items, asyncSubmit = true } = checkOptions(mapSchema, options, 'map()');
    const callbacks = checkCallbacks(options, 'map()');
    const asked = newJob(options as MapOptions, this.#options, this.#provider);
    this.#provider.prepare?.();
    const { jobId } = asked;
    const known = options.jobId === undefined ? undefined : this.#store.findJob(jobId);
    if (known !== undefined)
      refuseConflict(known, asked, { params: options.params !== undefined, mode: options.mode !== undefined });
    const record = known ?? this.#store.createJob(asked);
    const intake = this.#intake(items, { model: record.model ?? undefined, params: record.params });

    const active = this.#runner.active(jobId);
    if (active !== undefined && !active.ending && active.accept(intake)) return new DurableJob<T>(this.#host, jobId);
    if (active !== undefined && !active.finished && asyncSubmit) {
      throw justEnding(jobId, 'map()');
    }
    const settings = mergeRunOptions(known?.settings, pickRunOptions(this.#options), pickRunOptions(options));
    const start = {
      jobId,
      created: known === undefined,
      intakes: [intake],
      partial: false,
      retryFailed: false,
      settings,
      callbacks,
    };
    if (asyncSubmit) this.#runner.start(start);
    else this.#runner.startWhenWatched(start);
    return new DurableJob<T>(this.#host, jobId);
  }

  job<T = unknown>(jobId: string): BatchJob<T> {
    this.#refuseClosed('job()');
    requireJob(this.#host, checkJobId(jobId, 'job()'));
    return new DurableJob<T>(this.#host, jobId);
  }

  async jobs(): Promise<readonly JobInfo[]> {
    this.#refuseClosed('jobs()');
    await Promise.resolve();
    return this.#store.listJobs().map((record) => infoOf(this.#host, record));
  }

  resume<T = unknown>(jobId: string, options: ResumeOptions<T> = {}): BatchJob<T> {
    this.#refuseClosed('resume()');
    const { partial = false, asyncSubmit = true } = checkOptions(resumeSchema, options, 'resume()');
    checkCallbacks(options, 'resume()');
    const record = requireJob(this.#host, checkJobId(jobId, 'resume()'));
    const job = new DurableJob<T>(this.#host, jobId);
    const active = this.#runner.active(jobId);
    if (record.status === 'completed') return job;
    if (active !== undefined && !active.finished) {
      if (active.ending && !this.#runner.followsWatchers(jobId)) throw justEnding(jobId, 'resume()');
      return job;
    }
    this.#goOn(record, { partial, retryFailed: false, asyncSubmit, options: options as ResumeOptions });
    return job;
  }

  async delete(jobId: string): Promise<void> {
    this.#refuseClosed('delete()');
    await this.#housekeeping.delete(requireJob(this.#host, checkJobId(jobId, 'delete()')));
  }

  async prune(options: PruneOptions): Promise<readonly string[]> {
    this.#refuseClosed('prune()');
    return this.#housekeeping.prune(options);
  }

  close(options: CloseOptions = {}): Promise<void> {
    if (this.#closing !== undefined && options.drainMs === 0) void this.#runner.stopAll(0);
    return (this.#closing ??= this.#close(options));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close({ drainMs }: CloseOptions): Promise<void> {
    await this.#runner.stopAll(drainMs);
    this.#closed$.next();
    this.#closed$.complete();
    await this.#provider.close?.();
    if (this.#options.store === undefined) this.#store.close();
  }

  #retry(jobId: string, mode: RunMode | undefined): void {
    this.#refuseClosed('retryFailed()');
    const record = requireJob(this.#host, jobId);
    const active = this.#runner.active(jobId);
    if (active !== undefined && !active.finished) {
      throw new BatchError(
        'job_busy',
        `Job "${jobId}" is at work; failed items can be taken up again when it has ended`,
        { jobId },
      );
    }
    if (record.status === 'completed' && record.failed === 0) return;
    this.#goOn(record, { partial: false, retryFailed: true, asyncSubmit: true, options: { mode } });
  }

  /** Works on what is stored, and on what is left of an input this client has held since a pause. */
  #goOn(
    record: JobRecord,
    {
      partial,
      retryFailed,
      asyncSubmit,
      options,
    }: { partial: boolean; retryFailed: boolean; asyncSubmit: boolean; options: ResumeOptions },
  ): void {
    const { jobId } = record;
    const { name, endpoint = 'default' } = this.#provider;
    refuseConflict(record, { ...record, provider: name, endpoint }, { params: false, mode: false });
    this.#provider.prepare?.();
    const latest = this.#runner.latest(jobId);
    const intakes = latest?.intakes.filter((intake) => !intake.ended && !intake.closed) ?? [];
    const settings = mergeRunOptions(record.settings, pickRunOptions(this.#options), pickRunOptions(options));
    const callbacks = hasCallbacks(options) ? options : (latest?.callbacks ?? {});
    const mode = this.#switchTo(options.mode);
    const start = { jobId, created: false, intakes, partial, retryFailed, settings, callbacks, ...mode };
    if (asyncSubmit) this.#runner.start(start);
    else this.#runner.startWhenWatched(start);
  }

  #switchTo(mode: RunMode | undefined): Pick<StartOptions, 'mode'> {
    if (mode === undefined) return {};
    const choice = chooseMode({ mode, provider: this.#provider, count: undefined, nativeMinItems: 1 });
    return { mode: { mode, ...choice } };
  }

  #cancelIdle(jobId: string): void {
    if (this.#cancelsBatches(jobId) || requireJob(this.#host, jobId).status === 'cancelled') return;
    const lease = this.#store.acquire(jobId);
    const record = requireJob(this.#host, jobId);
    const progress = { ...storedProgress(this.#host, record), status: 'cancelled' as const, reason: null };
    this.#store.finish(lease, { status: 'cancelled', progress, lowWater: record.lowWater });
    this.#store.release(lease);
  }

  /** A job with batches at the provider is taken up once more, to cancel them and to read what they have answered. */
  #cancelsBatches(jobId: string): boolean {
    const record = requireJob(this.#host, jobId);
    if (this.#provider.native === undefined || this.#store.shards.list(record.key, 0).length === 0) return false;
    this.#goOn(record, { partial: false, retryFailed: false, asyncSubmit: true, options: {} });
    this.#runner.active(jobId)?.stop({ kind: 'cancel' });
    return true;
  }

  #intake(items: ItemSource, defaults: ItemDefaults): Intake {
    const reject = this.#provider.reject?.bind(this.#provider);
    return new Intake({
      store: this.#store,
      reader: itemReader(items),
      reject: (item) => reject?.(resolveItem(item.itemId ?? '', item, defaults)),
      scheduler: this.#scheduler,
    });
  }

  #refuseClosed(call: string): void {
    if (this.#closing !== undefined)
      throw new BatchError('client_closed', `${call}: this client was closed; make a new one`);
  }
}

/** What was asked of a job that is being stopped would be lost. */
function justEnding(jobId: string, call: string): BatchError {
  const message = `Job "${jobId}" is just ending in this client; call ${call} again when it has (await its pause() or cancel())`;
  return new BatchError('job_busy', message, { jobId });
}

function checkJobId(jobId: unknown, call: string): string {
  if (typeof jobId !== 'string' || jobId === '')
    throw new OptionsError(`${call}: expected the id of a job (a string), got ${typeof jobId}`);
  return jobId;
}
