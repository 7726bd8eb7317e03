import { firstValueFrom, map, race, Subject, timer, type Subscription } from 'rxjs';
import { isBatchError } from '../core/errors.js';
import type { JobReader, JobView } from '../job/job-reader.js';
import { isStillThere } from './job-access.js';
import { streamPage } from './page-size.js';
import { eventMessage, heartbeat, opening, stoppedMessage } from './sse-format.js';
import type { TextSource } from './text-stream.js';
import type { WireStopped } from './wire.js';

export interface EventSourceOptions {
  readonly reader: JobReader;
  /** The jobs, as they were when their reader was let in to them. */
  readonly jobs: readonly JobView[];
  /** The last sequence seen; `now` for what comes from here on, undefined for everything: both begin with a snapshot. */
  readonly after: number | 'now' | undefined;
  readonly heartbeatMs: number;
}

/** The events of some jobs as server-sent events: what is stored, page by page, then what comes, for as long as any may come. */
export class JobEventSource implements TextSource {
  readonly #options: EventSourceOptions;
  readonly #changed = new Subject<'changed'>();
  readonly #watching: Subscription;
  /** What was said last of jobs that have stopped: a code. */
  readonly #stopped = new Map<string, string>();
  #place: number;
  #begun = false;
  /** Something may be new since the last look. */
  #dirty = false;
  #closed = false;

  constructor(options: EventSourceOptions) {
    this.#options = options;
    const { reader, jobs, after } = options;
    this.#place = after === 'now' ? reader.newestSeq() : (after ?? 0);
    // Before the first look: what comes between a look and the wait is not missed.
    this.#watching = reader.changes(jobs.map(idOf)).subscribe({ next: () => this.#wake(), error: () => this.close() });
  }

  async next(): Promise<string | undefined> {
    if (!this.#begun) {
      this.#begun = true;
      return opening + this.#snapshots();
    }
    for (;;) {
      if (this.#closed) return undefined;
      const text = this.#look();
      if (text !== '') return text;
      if ((await this.#news()) === 'silence') return heartbeat;
    }
  }

  close(): void {
    this.#closed = true;
    this.#watching.unsubscribe();
    this.#wake();
  }

  #snapshots(): string {
    const { reader, jobs, after } = this.#options;
    if (typeof after === 'number') return '';
    const snapshots = jobs.map((job) => {
      const event = reader.snapshot(idOf(job), this.#place);
      return isStillThere(reader, job) ? event : undefined;
    });
    return snapshots.map((event) => (event === undefined ? '' : eventMessage(event))).join('');
  }

  /** What there is to say now, or nothing. Closes where nothing will ever come. */
  #look(): string {
    this.#dirty = false;
    try {
      const { reader, jobs } = this.#options;
      const there = this.#there();
      // First how they stand: an end is told when everything before it was.
      const stops = jobs.map((job) => this.#stop(idOf(job), there.has(job)));
      const page = reader.eventsAfter([...there].map(idOf), this.#place, streamPage);
      // A job that went while it was read may have been followed by another one of its id.
      if (this.#there().size < there.size) return this.#look();
      const last = page.at(-1);
      if (last !== undefined) {
        this.#place = last.seq;
        return page.map(eventMessage).join('');
      }
      if (stops.every((stop) => stop === 'over' || stop?.status === 'job_not_found')) this.close();
      return stops.map((stop) => this.#tellStop(stop)).join('');
    } catch (error) {
      // The client of this server was closed: whoever comes back meets the next one.
      if (!isBatchError(error) || error.code !== 'client_closed') throw error;
      this.close();
      return '';
    }
  }

  #there(): ReadonlySet<JobView> {
    const { reader, jobs } = this.#options;
    return new Set(jobs.filter((job) => isStillThere(reader, job)));
  }

  #stop(jobId: string, isThere: boolean): WireStopped | 'over' | undefined {
    const standing = isThere ? this.#options.reader.standing(jobId) : ({ state: 'gone' } as const);
    if (standing.state === 'stopped') {
      const { code, message, until } = standing.error;
      return { jobId, status: standing.status, code, message, ...(until !== undefined && { until }) };
    }
    if (standing.state === 'gone')
      return { jobId, status: 'job_not_found', code: 'job_not_found', message: 'The job was deleted' };
    this.#stopped.delete(jobId);
    return standing.state === 'ended' ? 'over' : undefined;
  }

  #tellStop(stop: WireStopped | 'over' | undefined): string {
    if (stop === undefined || stop === 'over' || this.#stopped.get(stop.jobId) === stop.code) return '';
    this.#stopped.set(stop.jobId, stop.code);
    return stoppedMessage(stop);
  }

  async #news(): Promise<'changed' | 'silence'> {
    if (this.#dirty || this.#closed) return 'changed';
    const silence$ = timer(this.#options.heartbeatMs).pipe(map(() => 'silence' as const));
    return await firstValueFrom(race(this.#changed, silence$));
  }

  #wake(): void {
    this.#dirty = true;
    this.#changed.next('changed');
  }
}

const idOf = ({ info }: JobView): string => info.jobId;
