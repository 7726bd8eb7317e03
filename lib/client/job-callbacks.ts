import {
  concat,
  defer,
  EMPTY,
  from,
  Subject,
  Subscription,
  switchMap,
  takeUntil,
  tap,
  timer,
  type Observable,
  type SchedulerLike,
} from 'rxjs';
import { callbackExecutor } from '../callbacks/callback-executor.js';
import { CallbackRunner } from '../callbacks/callback-runner.js';
import { messageOf } from '../core/errors.js';
import type { ActiveJob } from '../job/active-job.js';
import { DurableJob } from '../job/durable-job.js';
import type { JobHost } from '../job/job-host.js';
import type { Log } from '../log/logger.js';
import type { Callbacks } from '../options/map-options.js';
import type { BatchStore, JobRecord } from '../store/store.js';

export interface JobCallbacksOptions {
  readonly store: BatchStore;
  readonly scheduler: SchedulerLike;
  readonly log: Log | undefined;
  readonly host: JobHost;
}

/** The callbacks of one run, fed from its events. */
export class JobCallbacks {
  readonly #runner: CallbackRunner;
  readonly #delivered = new Subject<never>();
  #listening = Subscription.EMPTY;

  private constructor(
    runner: CallbackRunner,
    private readonly scheduler: SchedulerLike,
  ) {
    this.#runner = runner;
  }

  /** Undefined where the caller gave none. */
  static of(record: JobRecord, callbacks: Callbacks, options: JobCallbacksOptions): JobCallbacks | undefined {
    const { store, scheduler, log, host } = options;
    const executor = callbackExecutor(callbacks, scheduler);
    if (executor === undefined) return undefined;
    const job = new DurableJob(host, record.jobId, { insideCallback: true });
    const onError = failureTeller(record.jobId, log);
    const runner = new CallbackRunner({ store, jobKey: record.key, job, executor, scheduler, onError });
    return new JobCallbacks(runner, scheduler);
  }

  listen(live$: ActiveJob['live$']): void {
    this.#listening = this.#runner.run(live$).subscribe({
      error: (error: unknown) => this.#delivered.error(error),
      complete: () => this.#delivered.complete(),
    });
  }

  /**
   * Delivers what is left, with `onComplete` if the job completed; completes when the callbacks have settled. A value of
   * `hurry$` gives those under way so many milliseconds, and leaves the rest to the next run.
   */
  settle(completed: boolean, hurry$: Observable<number>): Observable<unknown> {
    const givenUp$ = hurry$.pipe(
      tap(() => this.#runner.stop()),
      switchMap((ms) => timer(ms, this.scheduler)),
    );
    const complete$ = defer(() => (completed ? this.#runner.complete() : EMPTY));
    return defer(() => {
      this.#runner.end();
      return concat(
        concat(this.#delivered, complete$).pipe(takeUntil(givenUp$)),
        defer(() => {
          this.#listening.unsubscribe();
          return from(this.#runner.close());
        }),
      );
    });
  }
}

/** Every failure is logged; the first of a run is a warning of the process too. */
function failureTeller(jobId: string, log: Log | undefined): (name: string, error: unknown) => void {
  let warned = false;
  return (name, error) => {
    const text = `${name} of job "${jobId}" failed: ${messageOf(error)}`;
    log?.(text);
    if (!warned)
      process.emitWarning(text, {
        code: 'OPENAPI_BATCH_CALLBACK',
        detail: 'Further failures of this job’s callbacks are only logged.',
      });
    warned = true;
  };
}
