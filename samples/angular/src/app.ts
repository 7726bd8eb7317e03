import { DecimalPipe } from '@angular/common';
import { Component, computed, inject, signal } from '@angular/core';
import { takeUntilDestroyed, toObservable, toSignal } from '@angular/core/rxjs-interop';
import {
  ofType,
  type BatchEvent,
  type JobInfo,
  type JobStatus,
  type Progress,
  type RemoteBatchJob,
} from 'openapi-batch/browser';
import {
  catchError,
  debounceTime,
  distinctUntilChanged,
  EMPTY,
  exhaustMap,
  filter,
  from,
  fromEvent,
  map,
  merge,
  scan,
  Subject,
  switchMap,
  tap,
  throttleTime,
  timer,
  type Observable,
} from 'rxjs';
import { Bar } from './bar';
import { CLIENT } from './client';
import { JobView, type Shown } from './job-view';
import { Paging } from './paging';
import { StartJob } from './start-job';
import { wordsOf } from './words';

/** Jobs of a page; their events come over one connection. */
const limit = 50;
const statuses: readonly JobStatus[] = [
  'running',
  'pending',
  'paused',
  'interrupted',
  'failed',
  'completed',
  'cancelled',
];

@Component({
  selector: 'app-root',
  imports: [Bar, DecimalPipe, JobView, StartJob],
  templateUrl: './app.html',
})
export class App {
  private readonly client = inject(CLIENT);
  protected readonly problem = signal('');
  private readonly look$ = new Subject<void>();

  protected readonly statuses = statuses;
  protected readonly search = signal('');
  protected readonly status = signal<JobStatus | ''>('');
  protected readonly filtered = computed(() => this.search() !== '' || this.status() !== '');
  private readonly query = computed(() => ({ search: this.search(), status: this.status() }));
  protected readonly paging = new Paging(this.query);

  /** A page of the jobs, newest first: asked for now and then, for those that others start. */
  protected readonly jobs = toSignal(
    toObservable(computed(() => ({ ...this.query(), after: this.paging.after() }))).pipe(
      debounceTime(150),
      switchMap(({ search, status, after }) =>
        merge(timer(0, 5_000), this.look$).pipe(
          exhaustMap(() =>
            from(this.client.jobsPage({ after, limit, search: search || undefined, status: status || undefined })).pipe(
              tap(() => this.problem.set('')),
              catchError((error: unknown) => this.failed(error)),
            ),
          ),
        ),
      ),
    ),
    { initialValue: null },
  );
  /** How the running ones stand: one connection for up to a hundred of them. */
  protected readonly live = toSignal(
    toObservable(this.jobs).pipe(
      map((jobs) => (jobs?.jobs ?? []).filter(({ status }) => status === 'running').map(({ jobId }) => jobId)),
      distinctUntilChanged((a, b) => a.join('\n') === b.join('\n')),
      switchMap((jobIds) => (jobIds.length === 0 ? EMPTY : this.events(jobIds))),
      ofType('progress', 'complete'),
      tap(({ type }) => type === 'complete' && this.look$.next()),
      scan((all, { jobId, progress }) => all.set(jobId, progress), new Map<string, Progress>()),
      throttleTime(200, undefined, { leading: true, trailing: true }),
      map((all) => new Map(all)),
    ),
    { initialValue: new Map<string, Progress>() },
  );

  protected readonly listed = computed(() => (this.jobs()?.jobs ?? []).map((job) => row(job, this.live())));

  /** `#job=<id>` of the address: links and the back button work. */
  private readonly address = toSignal(
    fromEvent(window, 'hashchange').pipe(
      map(() => addressed()),
      distinctUntilChanged(),
      tap(() => scrollTo({ top: 0 })),
    ),
    {
      initialValue: addressed(),
    },
  );
  private readonly started = signal<RemoteBatchJob | undefined>(undefined);
  protected readonly shown = computed<Shown | null>(() => {
    const jobId = this.address();
    if (jobId === null) return null;
    const started = this.started();
    return started?.jobId === jobId
      ? { job: started, after: undefined }
      : { job: this.client.job(jobId), after: 'now' };
  });

  constructor() {
    // Reached again: no need to wait for the next look.
    this.client.connection$
      .pipe(
        filter((state) => state === 'open' && this.problem() !== ''),
        takeUntilDestroyed(),
      )
      .subscribe(() => this.look$.next());
  }

  protected follow(job: RemoteBatchJob): void {
    this.started.set(job);
    location.hash = linkOf(job.jobId);
    setTimeout(() => this.look$.next(), 300);
  }

  protected find(event: Event): void {
    this.search.set((event.target as HTMLInputElement).value.trim());
  }

  protected choose(event: Event): void {
    this.status.set((event.target as HTMLSelectElement).value as JobStatus | '');
  }

  protected link(jobId: string): string {
    return linkOf(jobId);
  }

  private events(jobIds: readonly string[]): Observable<BatchEvent> {
    return this.client.events(jobIds, { after: 'now' }).pipe(catchError((error: unknown) => this.failed(error)));
  }

  private failed(error: unknown): typeof EMPTY {
    this.problem.set(wordsOf(error));
    return EMPTY;
  }
}

/** A job of the list, as its events tell if it is at work. */
function row(info: JobInfo, live: ReadonlyMap<string, Progress>) {
  const { jobId } = info;
  const known = info.status === 'running' ? live.get(jobId) : undefined;
  const { status, total, ok, failed } = known ?? info;
  return { jobId, status, total, ok, failed, percent: Math.floor((100 * (ok + failed)) / Math.max(1, total)) };
}

function addressed(): string | null {
  return new URLSearchParams(location.hash.slice(1)).get('job');
}

function linkOf(jobId: string): string {
  return `#${new URLSearchParams({ job: jobId }).toString()}`;
}
