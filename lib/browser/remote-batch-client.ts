import {
  asyncScheduler,
  concatMap,
  defer,
  EMPTY,
  expand,
  firstValueFrom,
  lastValueFrom,
  map,
  reduce,
  subscribeOn,
  type Observable,
} from 'rxjs';
import type { BatchClientApi, PruneOptions } from '../client/client-api.js';
import { OptionsError } from '../core/errors.js';
import type { BatchEvent } from '../core/events.js';
import type { JobInfo } from '../core/job.js';
import type { WireJobLine, WireJobList } from '../http/wire.js';
import type { EventsOptions } from '../job/batch-job.js';
import type { MapOptions, ResumeOptions } from '../options/map-options.js';
import { shapes, unreadable } from './answer-shape.js';
import { ConnectionMonitor, type ConnectionState } from './connection.js';
import { fetchTransport } from './fetch-transport.js';
import { gatherItems } from './gather-items.js';
import { mapOptionsToSend, resumeOptionsToSend } from './job-options.js';
import { newJobId } from './new-job-id.js';
import { queryOf } from './query.js';
import type { JobsPageOptions, RemoteBatchJob } from './remote-batch-job.js';
import { RemoteHost } from './remote-host.js';
import { RemoteHttp } from './remote-http.js';
import { RemoteJob } from './remote-job.js';
import { checkRemoteOptions, type RemoteBatchClientOptions } from './remote-options.js';
import { uploadJob } from './upload-job.js';

/**
 * The jobs of a server that runs the handler of `openapi-batch/http`, as if they were here: the same `map`, `job` and
 * `jobs`, the same jobs and events. It holds no job and no key; closing the page stops nothing.
 *
 * ```ts
 * const client = new RemoteBatchClient({ baseURL: '/api/batches', token: () => auth.accessToken() });
 * client.map({ items: [{ itemId: 'a', input: 'Return OK' }] }).subscribe(console.log);
 * ```
 *
 * @throws OptionsError naming the option that is wrong.
 */
export class RemoteBatchClient implements BatchClientApi {
  /** Of all streams of events of this client; the present state first. */
  readonly connection$: Observable<ConnectionState>;
  readonly #host: RemoteHost;

  constructor(options: RemoteBatchClientOptions) {
    checkRemoteOptions(options);
    const { silenceMs = 40_000, scheduler = asyncScheduler, transport = fetchTransport(options) } = options;
    const { backoffBaseMs: baseMs = 500, backoffMaxMs: maxMs = 30_000, random = Math.random } = options;
    const http = new RemoteHttp(transport, options, silenceMs, scheduler);
    this.#host = new RemoteHost(http, { baseMs, maxMs, random });
    this.connection$ = this.#host.monitor.state$;
  }

  /**
   * As of a local client. The items are read here and sent in one request, again and again until the server has them: the
   * job's id, made here if it is not given, keeps that from starting two. What the server refuses errors the job, and so does
   * a body that breaks off again and again on its way.
   */
  map<T = unknown>(options: MapOptions<T>): RemoteBatchJob<T> {
    const first: WireJobLine = { job: mapOptionsToSend(options) };
    const { jobId = newJobId(), items } = options;
    const { scheduler } = this.#host.http;
    const monitor = new ConnectionMonitor();
    const sent$ = gatherItems(items, scheduler).pipe(
      concatMap((lines) => uploadJob(this.#host, jobId, [`${JSON.stringify(first)}\n`, ...lines], monitor)),
      subscribeOn(scheduler),
    );
    return new RemoteJob<T>(this.#host, jobId, this.#host.act(sent$), monitor);
  }

  /** A known job. Whether there is one, its Observable and its Promises tell (`job_not_found`). */
  job<T = unknown>(jobId: string): RemoteBatchJob<T> {
    return new RemoteJob<T>(this.#host, checkJobId(jobId, 'job()'));
  }

  /** Every job, newest first, read page by page; {@link jobsPage} is one of them. */
  async jobs(): Promise<readonly JobInfo[]> {
    const pages$ = this.#jobsPage({ limit: 1_000 }).pipe(
      expand(({ next }) => (next === null ? EMPTY : this.#jobsPage({ after: next, limit: 1_000 }))),
      reduce((all: JobInfo[], { jobs }) => (all.push(...jobs), all), []),
    );
    return await lastValueFrom(pages$);
  }

  /** Jobs a page at a time: for a list that stays quick with a hundred thousand of them. */
  jobsPage(options: JobsPageOptions = {}): Promise<WireJobList> {
    return firstValueFrom(this.#jobsPage(options));
  }

  /** Events of up to 100 jobs over one connection, across pauses; ends when all are complete. For dashboards. */
  events(jobIds: readonly string[], { after }: Pick<EventsOptions, 'after'> = {}): Observable<BatchEvent> {
    if (jobIds.length === 0 || jobIds.length > 100)
      throw new OptionsError(`events(): expected the ids of 1 to 100 jobs, got ${String(jobIds.length)}`);
    const path = `/events?${jobIds.map((jobId) => `job=${encodeURIComponent(jobId)}`).join('&')}`;
    return this.#host.events({ path, jobIds, after, acrossPauses: true });
  }

  #jobsPage({ after, limit, status, search }: JobsPageOptions): Observable<WireJobList> {
    const page$ = this.#host.get<Pick<WireJobList, 'jobs'> & Partial<WireJobList>>(
      `/jobs${queryOf({ after, limit, status, search })}`,
      shapes.jobList,
    );
    return page$.pipe(
      map(({ jobs, next = null }) => {
        // Newest first: a place that is no step back would be asked for again and again.
        if (next !== null && after !== undefined && !(next < after))
          throw unreadable('/jobs', `"next" is ${String(next)} after ${String(after)}`);
        // A server older than this client answers with all of them.
        return { jobs, next };
      }),
    );
  }

  /** What the server refuses errors the job that is returned. */
  resume<T = unknown>(jobId: string, options: ResumeOptions<T> = {}): RemoteBatchJob<T> {
    const path = `/jobs/${encodeURIComponent(checkJobId(jobId, 'resume()'))}/resume`;
    const body = resumeOptionsToSend(options);
    return new RemoteJob<T>(this.#host, jobId, this.#host.act(defer(() => this.#host.post(path, body))));
  }

  async delete(jobId: string): Promise<void> {
    const path = `/jobs/${encodeURIComponent(checkJobId(jobId, 'delete()'))}`;
    await lastValueFrom(this.#host.delete(path), { defaultValue: undefined });
  }

  async prune({ olderThan }: PruneOptions): Promise<readonly string[]> {
    const before = olderThan instanceof Date ? olderThan.getTime() : Date.now() - olderThan;
    if (!Number.isFinite(before))
      throw new OptionsError('prune(): expected "olderThan" to be a Date or an age in milliseconds');
    const ended = (await this.jobs()).filter(
      ({ status, updatedAt }) => (status === 'completed' || status === 'cancelled') && updatedAt < before,
    );
    for (const { jobId } of ended) await this.delete(jobId);
    return ended.map(({ jobId }) => jobId);
  }

  /** Ends this client's streams (`closed`), never its jobs. */
  async close(): Promise<void> {
    this.#host.close();
    await Promise.resolve();
  }
}

function checkJobId(jobId: unknown, call: string): string {
  if (typeof jobId !== 'string' || jobId === '')
    throw new OptionsError(`${call}: expected the id of a job (a string), got ${typeof jobId}`);
  return jobId;
}
