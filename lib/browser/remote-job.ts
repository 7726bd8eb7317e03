import {
  concat,
  concatMap,
  defaultIfEmpty,
  defer,
  expand,
  firstValueFrom,
  ignoreElements,
  lastValueFrom,
  map,
  mergeMap,
  Observable,
  of,
  takeWhile,
  tap,
  timer,
} from 'rxjs';
import { OptionsError } from '../core/errors.js';
import type { BatchEvent, ItemEvent } from '../core/events.js';
import type { JobInfo, JobStatus } from '../core/job.js';
import type { Progress } from '../core/progress.js';
import type { Result } from '../core/result.js';
import type { WireFailures, WireItem, WireItemPage, WireItemQuestion, WireJob } from '../http/wire.js';
import type { EventsOptions, ForEachOptions, ResultsOptions, RetryOptions } from '../job/batch-job.js';
import { ofType } from '../operators/of-type.js';
import { shapes, type Shape } from './answer-shape.js';
import { ConnectionMonitor, type ConnectionState } from './connection.js';
import type { ItemsOptions, RemoteBatchJob } from './remote-batch-job.js';
import type { RemoteHost } from './remote-host.js';
import { remoteResults } from './remote-results.js';
import { queryOf } from './query.js';

/** Milliseconds between two looks at a job that is asked to stop. */
const lookMs = 500;

/** The handle of a job on a server. Like the local one it holds no events: everything is asked of the server. */
// eslint-disable-next-line rxjs-x/no-subclass -- a job *is* an Observable; it only hands its subscribe function to the constructor.
export class RemoteJob<T = unknown> extends Observable<BatchEvent<T>> implements RemoteBatchJob<T> {
  readonly connection$: Observable<ConnectionState>;
  readonly #host: RemoteHost;
  readonly #monitor: ConnectionMonitor;
  /** What must have happened at the server before anything is asked of this job there. */
  readonly #ready$: Observable<unknown>;

  constructor(
    host: RemoteHost,
    readonly jobId: string,
    ready$: Observable<unknown> = of(undefined),
    monitor = new ConnectionMonitor(),
  ) {
    super((subscriber) => this.events().subscribe(subscriber));
    this.#host = host;
    this.#ready$ = ready$;
    this.#monitor = monitor;
    this.connection$ = monitor.state$;
  }

  events({ after, acrossPauses = false }: EventsOptions = {}): Observable<BatchEvent<T>> {
    if (after !== undefined && after !== 'now' && !(Number.isInteger(after) && after >= 0))
      throw new OptionsError(`events(): expected "after" to be a sequence or 'now', got ${String(after)}`);
    const options = { jobIds: [this.jobId], path: this.#path('/events'), after, acrossPauses };
    return this.#whenReady(() => this.#host.events(options, this.#monitor)) as Observable<BatchEvent<T>>;
  }

  async status(): Promise<JobStatus> {
    return (await this.#job()).info.status;
  }

  async progress(): Promise<Progress> {
    return (await this.#job()).progress;
  }

  async info(): Promise<JobInfo> {
    return (await this.#job()).info;
  }

  results(options: ResultsOptions = {}): Observable<Result<T>> {
    return this.#whenReady(() =>
      this.#host.told(remoteResults(this.#host, this.#path('/results'), options)),
    ) as Observable<Result<T>>;
  }

  async resultsDict(): Promise<Record<string, Result<T>>> {
    // An item may be called `__proto__`.
    const dict = Object.create(null) as Record<string, Result<T>>;
    const all$ = this.results().pipe(tap((result) => (dict[result.itemId] = result)));
    await lastValueFrom(all$, { defaultValue: undefined });
    return dict;
  }

  wait(): Promise<Progress> {
    const end$ = this.events({ after: 'now' }).pipe(
      ofType('progress', 'complete'),
      map((event): Progress | undefined => event.progress),
      defaultIfEmpty(undefined),
    );
    // A job that had ended has nothing more to tell.
    return lastValueFrom(end$).then((last) => last ?? this.progress());
  }

  /** As of a local job, but for `cursor`, which needs a database; items wait in memory for a slow `fn`. */
  override forEach(
    next: (event: ItemEvent<T>) => unknown,
    options: ForEachOptions | PromiseConstructorLike = {},
  ): Promise<void> {
    const { concurrency = 1, cursor } = typeof options === 'function' ? {} : options;
    if (cursor !== undefined)
      throw new OptionsError('forEach(): "cursor" is kept in the database; give events({ after }) the last sequence');
    const work$ = this.pipe(
      ofType('item'),
      mergeMap(async (event) => {
        await next(event);
      }, concurrency),
      ignoreElements(),
    );
    return lastValueFrom(work$, { defaultValue: undefined });
  }

  cancel(): Promise<void> {
    return this.#stop('/cancel');
  }

  pause(): Promise<void> {
    return this.#stop('/pause');
  }

  /** What the server refuses (`job_busy`, say) errors the job that is returned. */
  retryFailed(options: RetryOptions = {}): RemoteBatchJob<T> {
    const ready$ = this.#host.act(onceReady(this.#ready$, this.#host.post(this.#path('/retry'), options)));
    return new RemoteJob<T>(this.#host, this.jobId, ready$);
  }

  items({ after, limit, only, code, search }: ItemsOptions = {}): Promise<WireItemPage> {
    return this.#get(`/items${queryOf({ after, limit, only, code, search })}`, shapes.itemPage);
  }

  item(itemId: string): Promise<WireItem> {
    if (isAddressable(itemId)) return this.#get(`/items/${encodeURIComponent(itemId)}`, shapes.item);
    const question: WireItemQuestion = { itemId };
    return firstValueFrom(
      this.#whenReady(() => this.#host.post<WireItem>(this.#path('/items'), question, shapes.item)),
    );
  }

  async failures(): Promise<WireFailures['failures']> {
    return (await this.#get<WireFailures>('/failures', shapes.failures)).failures;
  }

  #path(below: string): string {
    return `/jobs/${encodeURIComponent(this.jobId)}${below}`;
  }

  #job(): Promise<WireJob> {
    return this.#get('', shapes.job);
  }

  #get<R>(below: string, shape: Shape): Promise<R> {
    return firstValueFrom(this.#whenReady(() => this.#host.get<R>(this.#path(below), shape)));
  }

  /** Resolves when the job is at rest. */
  async #stop(below: string): Promise<void> {
    const { scheduler } = this.#host.http;
    const look$ = timer(lookMs, scheduler).pipe(concatMap(() => this.#host.get<WireJob>(this.#path(''), shapes.job)));
    const rest$ = this.#whenReady(() => this.#host.post<WireJob>(this.#path(below), {}, shapes.job)).pipe(
      expand(() => look$),
      takeWhile(({ info }) => info.status === 'running'),
      ignoreElements(),
    );
    await lastValueFrom(rest$, { defaultValue: undefined });
  }

  #whenReady<R>(then: () => Observable<R>): Observable<R> {
    return onceReady(this.#ready$, defer(then));
  }
}

/** Addresses know dots as "here" and "above", and servers refuse long ones. */
const isAddressable = (itemId: string): boolean =>
  !/^\.{0,2}$|\p{Cs}/u.test(itemId) && encodeURIComponent(itemId).length <= 1_000;

function onceReady<R>(ready$: Observable<unknown>, then$: Observable<R>): Observable<R> {
  return concat(ready$.pipe(ignoreElements()), then$);
}
