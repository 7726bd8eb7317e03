import {
  catchError,
  concat,
  defer,
  EMPTY,
  finalize,
  firstValueFrom,
  ignoreElements,
  lastValueFrom,
  map,
  merge,
  of,
  tap,
  throwError,
  type Observable,
} from 'rxjs';
import { BatchError, isBatchError, OptionsError, type BatchErrorCode } from '../core/errors.js';
import type { BatchEvent, CompleteEvent, ItemEvent, ProgressEvent } from '../core/events.js';
import type { JobInfo, JobStatus } from '../core/job.js';
import type { Progress } from '../core/progress.js';
import type { Result } from '../core/result.js';
import { ofType } from '../operators/of-type.js';
import { describeValue } from '../options/check-options.js';
import type { BatchJob, EventsOptions, ForEachOptions, ResultsOptions, RetryOptions } from './batch-job.js';
import { followJob, requireJob } from './follow.js';
import { GuardedObservable } from './guarded-observable.js';
import { ItemFeed, runFeed } from './item-feed.js';
import { infoOf, statusOf, storedProgress, workerOf } from './job-info.js';
import type { JobHost } from './job-host.js';
import { storedResults } from './stored-results.js';

/**
 * The handle of a job. Holds no events and no state of its own: everything is asked of the store and of the run, so any
 * number of handles of the same job agree.
 */
export class DurableJob<T = unknown> extends GuardedObservable<BatchEvent<T>> implements BatchJob<T> {
  readonly #host: JobHost;
  /** Within a callback the job's end is its `complete` event: what comes after waits for that very callback. */
  readonly #insideCallback: boolean;

  constructor(
    host: JobHost,
    readonly jobId: string,
    { insideCallback = false }: { readonly insideCallback?: boolean } = {},
  ) {
    super(
      (error) => host.blame(jobId, error),
      (subscriber) => this.events().subscribe(subscriber),
    );
    this.#host = host;
    this.#insideCallback = insideCallback;
  }

  events(options: EventsOptions = {}): Observable<BatchEvent<T>> {
    checkAfter(options.after);
    const events$ = followJob(this.#host, this.jobId, options) as Observable<BatchEvent<T>>;
    const watched$ = defer(() => concat(this.#host.watched(this.jobId, 1), events$)).pipe(
      finalize(() => this.#host.watched(this.jobId, -1)),
    );
    return new GuardedObservable(
      (error) => this.#host.blame(this.jobId, error),
      (subscriber) => watched$.subscribe(subscriber),
    );
  }

  status(): Promise<JobStatus> {
    return this.#answer(() => statusOf(this.#host, requireJob(this.#host, this.jobId)));
  }

  progress(): Promise<Progress> {
    return this.#answer(() => {
      const active = this.#host.active(this.jobId);
      if (active !== undefined && !active.finished) return active.progress;
      return storedProgress(this.#host, requireJob(this.#host, this.jobId));
    });
  }

  info(): Promise<JobInfo> {
    return this.#answer(() => infoOf(this.#host, requireJob(this.#host, this.jobId)));
  }

  results(options: ResultsOptions = {}): Observable<Result<T>> {
    const { store, scheduler } = this.#host;
    return defer(
      () => storedResults(store, requireJob(this.#host, this.jobId), options, scheduler) as Observable<Result<T>>,
    );
  }

  async resultsDict(): Promise<Record<string, Result<T>>> {
    // An item may be called `__proto__`.
    const dict = Object.create(null) as Record<string, Result<T>>;
    await lastValueFrom(this.results().pipe(tap((result) => (dict[result.itemId] = result))), {
      defaultValue: undefined,
    });
    return dict;
  }

  wait(): Promise<Progress> {
    const end$ = this.events({ after: 'now' }).pipe(ofType('progress', 'complete'));
    if (!this.#insideCallback) return lastValueFrom(end$.pipe(map((event) => event.progress)));
    const completed$ = defer(() => (this.#host.active(this.jobId)?.finished === true ? this.progress() : EMPTY));
    const coming$ = end$.pipe(
      // Its error comes after the callbacks: this very one among them.
      tap((event) => failIfStopped(event, this.jobId)),

      ofType('complete'),
      map((event) => event.progress),
    );
    return firstValueFrom(concat(completed$, coming$));
  }

  override forEach(
    next: (event: ItemEvent<T>) => unknown,
    options: ForEachOptions | PromiseConstructorLike = {},
  ): Promise<void> {
    // RxJS's own second argument, a Promise constructor, is deprecated; nothing hangs on it.
    const { concurrency = 1, cursor } = typeof options === 'function' ? {} : options;
    if (typeof next !== 'function')
      throw new OptionsError(`forEach(fn): expected a function, got ${describeValue(next)}`);
    const { store, scheduler } = this.#host;
    const work$ = defer(() => {
      const feed = new ItemFeed({ store, job: requireJob(this.#host, this.jobId), cursor });
      let stopped: { readonly error: unknown } | undefined;
      const watch$ = this.events({ after: 'now' }).pipe(
        tap(() => feed.wake()),
        ignoreElements(),
        catchError((error: unknown) => {
          stopped = { error };
          return EMPTY;
        }),
        tap({ complete: () => feed.end() }),
      );
      const deliveries$ = runFeed(
        feed,
        ({ itemId, seq, result }) =>
          next({ type: 'item', jobId: this.jobId, at: scheduler.now(), itemId, seq, result: result as Result<T> }),
        concurrency,
        scheduler,
      );
      const end$ = defer(() => (stopped === undefined ? EMPTY : throwError(() => stopped?.error)));
      return concat(merge(deliveries$, watch$), end$);
    });
    return lastValueFrom(work$, { defaultValue: undefined });
  }

  cancel(): Promise<void> {
    return this.#end('cancel');
  }

  pause(): Promise<void> {
    return this.#end('pause');
  }

  retryFailed({ mode }: RetryOptions = {}): BatchJob<T> {
    if (mode !== undefined && !['native', 'emulated'].includes(mode)) {
      throw new OptionsError(
        `retryFailed(): expected "mode" to be one of "native", "emulated", got ${describeValue(mode)}`,
      );
    }
    this.#host.retry(this.jobId, mode);
    return this;
  }

  /** Resolves when the job is at rest, whoever works on it. */
  async #end(request: 'cancel' | 'pause'): Promise<void> {
    const active = this.#host.active(this.jobId);
    if (active !== undefined) {
      const late = active.ending;
      active.stop(
        request === 'cancel'
          ? { kind: 'cancel' }
          : { kind: 'stop', status: 'paused', code: 'paused', message: 'Paused' },
      );
      await lastValueFrom(active.ended$, { defaultValue: undefined });
      if (!late || request === 'pause') return;
      // A pause that was under way ends as one: what it has left is cancelled then.
      if (requireJob(this.#host, this.jobId).status !== 'cancelled') await this.#end(request);
      return;
    }
    const record = requireJob(this.#host, this.jobId);
    if (workerOf(this.#host, this.jobId) !== null) {
      const stopped = await this.#endElsewhere(request);
      if (stopped && request === 'cancel') await this.#end(request);
      return;
    }
    if (request === 'cancel' && record.status !== 'completed') {
      this.#host.cancelIdle(this.jobId);
      // Its batches at the provider end first.
      const run = this.#host.active(this.jobId);
      if (run !== undefined) await lastValueFrom(run.ended$, { defaultValue: undefined });
    }
    if (request === 'cancel') this.#host.forget(this.jobId);
  }

  /** Asks the process that works on the job; resolves with whether it stopped short of an end (a pause was under way, say). */
  async #endElsewhere(request: 'cancel' | 'pause'): Promise<boolean> {
    this.#host.store.requestControl(this.jobId, request);
    const stopped$ = this.events({ after: 'now' }).pipe(
      ignoreElements(),
      // A client that is closed has asked, and hears no answer.
      catchError((error: unknown) => of(!isBatchError(error) || error.code !== 'client_closed')),
    );
    return await lastValueFrom(stopped$, { defaultValue: false });
  }

  async #answer<R>(read: () => R): Promise<R> {
    await Promise.resolve();
    return read();
  }
}

function failIfStopped({ progress: { status, reason } }: ProgressEvent | CompleteEvent, jobId: string): void {
  if ((status !== 'paused' && status !== 'failed') || reason === null) return;
  throw new BatchError(reason.code as BatchErrorCode, reason.message, { jobId });
}

function checkAfter(after: unknown): void {
  if (
    after === undefined ||
    after === 'now' ||
    (typeof after === 'number' && Number.isSafeInteger(after) && after >= 0)
  )
    return;
  throw new OptionsError(
    `events({ after }): expected a sequence (a whole number from 0 up) or "now", got ${describeValue(after)}`,
  );
}
