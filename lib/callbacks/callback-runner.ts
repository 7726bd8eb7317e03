import {
  catchError,
  concat,
  EMPTY,
  exhaustMap,
  ignoreElements,
  merge,
  Subject,
  takeUntil,
  tap,
  type Observable,
  type SchedulerLike,
} from 'rxjs';
import type { BatchEvent } from '../core/events.js';
import type { Progress } from '../core/progress.js';
import { ItemFeed, runFeed } from '../job/item-feed.js';
import type { BatchJob } from '../job/batch-job.js';
import type { BatchStore } from '../store/store.js';
import type { CallbackExecutorPort, CallbackName } from './callback-executor.js';

export interface CallbackRunnerOptions {
  readonly store: BatchStore;
  readonly jobKey: number;
  /** The handle the callbacks are given. */
  readonly job: BatchJob;
  readonly executor: CallbackExecutorPort;
  /** Hears of a callback that threw or took too long. */
  readonly onError: (name: CallbackName, error: unknown) => void;
  readonly scheduler: SchedulerLike;
}

/** Under this name a job remembers how far its results were delivered to callbacks. */
const cursorName = 'openapi-batch:callbacks';

/**
 * Tells a job's callbacks: every result, from a stored place and not from a queue in memory; the newest progress, none
 * while the one before is being dealt with; the end, last.
 */
export class CallbackRunner {
  readonly #feed: ItemFeed;
  readonly #progress = new Subject<Progress>();
  readonly #finish = new Subject<void>();
  readonly #items$: Observable<never>;
  /** The newest progress, as long as nobody was told. */
  #last: Progress | undefined;

  constructor(private readonly options: CallbackRunnerOptions) {
    const { store, jobKey, job, executor, scheduler } = options;
    this.#feed = new ItemFeed({ store, job: { key: jobKey, jobId: job.jobId }, cursor: cursorName });
    const deliver = ({ itemId, result }: { itemId: string; result: unknown }): Observable<never> =>
      this.#call('onItem', [itemId, result]);
    this.#items$ = executor.has('onItem') ? runFeed(this.#feed, deliver, executor.concurrency, scheduler) : EMPTY;
  }

  /** Runs beside the job; completes when `settle` was called and everything is delivered. */
  run(events$: Observable<BatchEvent>): Observable<never> {
    const heard$ = events$.pipe(
      tap((event) => this.#hear(event)),
      ignoreElements(),
      // How the job ends is not this runner's business.
      catchError(() => EMPTY),
    );
    const progress$ = this.#progress.pipe(
      exhaustMap((progress) => {
        this.#last = undefined;
        return this.#call('onProgress', [progress]);
      }),
    );
    return merge(
      this.#items$,
      this.options.executor.has('onProgress') ? progress$ : EMPTY,
      heard$.pipe(takeUntil(this.#finish)),
    );
  }

  /** What is stored now is the last to be delivered. */
  end(): void {
    this.#feed.end();
    this.#progress.complete();
    this.#finish.next();
  }

  /** Calls under way are the last. */
  stop(): void {
    this.#feed.stop();
  }

  /** The last progress, if it came while another was being dealt with, and `onComplete`; that is for who heard of every item. */
  complete(): Observable<never> {
    const { executor } = this.options;
    if (this.#feed.cut) return EMPTY;
    const last =
      this.#last !== undefined && executor.has('onProgress') ? this.#call('onProgress', [this.#last]) : EMPTY;
    return concat(last, executor.has('onComplete') ? this.#call('onComplete', []) : EMPTY);
  }

  close(): Promise<void> {
    return this.options.executor.close();
  }

  #hear(event: BatchEvent): void {
    if (event.type === 'item') this.#feed.wake();
    else {
      this.#last = event.progress;
      this.#progress.next(event.progress);
    }
  }

  /** A callback that fails is reported, and counts as delivered: the job never suffers. */
  #call(name: CallbackName, args: readonly unknown[]): Observable<never> {
    const { executor, job, onError } = this.options;
    return executor.call(name, [job, ...args], [{ jobId: job.jobId }, ...args]).pipe(
      catchError((error: unknown) => {
        onError(name, error);
        return EMPTY;
      }),
    );
  }
}
