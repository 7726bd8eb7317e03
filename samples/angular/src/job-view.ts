import { DecimalPipe } from '@angular/common';
import { Component, computed, effect, ElementRef, inject, input, linkedSignal, signal, viewChild } from '@angular/core';
import { takeUntilDestroyed, toObservable, toSignal } from '@angular/core/rxjs-interop';
import type { ItemErrorCode, JobInfo, RemoteBatchJob, WireFailures } from 'openapi-batch/browser';
import {
  bufferTime,
  catchError,
  distinctUntilChanged,
  EMPTY,
  filter,
  map,
  merge,
  of,
  scan,
  startWith,
  Subject,
  switchMap,
  tap,
  throttleTime,
} from 'rxjs';
import { Bar } from './bar';
import { BatchBars } from './batch-bars';
import { CLIENT } from './client';
import { downloadResults } from './download';
import { duration } from './duration';
import { ItemsTable } from './items-table';
import { addEvents, emptyView, type RatePoint } from './job-view-state';
import { RateChart } from './rate-chart';
import { keepRates, seenRates } from './rate-history';
import { wordsOf } from './words';

/** A job, and from where on its events are of interest: all of one just started, of others what comes from now on. */
export interface Shown {
  readonly job: RemoteBatchJob;
  readonly after: 'now' | undefined;
}

@Component({
  selector: 'app-job-view',
  imports: [Bar, BatchBars, DecimalPipe, ItemsTable, RateChart],
  templateUrl: './job-view.html',
})
export class JobView {
  readonly shown = input.required<Shown>();

  protected readonly code = signal<ItemErrorCode | ''>('');
  protected readonly busy = signal('');
  private readonly client = inject(CLIENT);
  /** The handle in use: an action gives a new one, which waits until the server has done it. */
  protected readonly handle = linkedSignal(() => this.shown());
  private readonly problems$ = new Subject<string>();
  private readonly rates$ = new Subject<{ readonly jobId: string; readonly rates: readonly RatePoint[] }>();
  private readonly title = viewChild.required<ElementRef<HTMLElement>>('title');

  // Rendered ten times a second, not per event.
  protected readonly view = toSignal(
    toObservable(this.handle).pipe(
      switchMap(({ job, after }) =>
        job.events({ after, acrossPauses: true }).pipe(
          // An action that was refused is told; the job is watched as before.
          catchError((error: unknown) => {
            this.failed(error);
            return this.client.job(job.jobId).events({ after: 'now', acrossPauses: true });
          }),
          catchError((error: unknown) => this.failed(error)),
          bufferTime(100),
          filter((events) => events.length > 0),
          scan(addEvents, { ...emptyView, rates: seenRates(job.jobId) }),
          startWith(emptyView),
          tap(({ rates }) => this.rates$.next({ jobId: job.jobId, rates })),
        ),
      ),
    ),
    { initialValue: emptyView },
  );
  protected readonly connection = toSignal(toObservable(this.handle).pipe(switchMap(({ job }) => job.connection$)), {
    initialValue: 'connecting',
  });
  protected readonly problem = toSignal(merge(this.problems$, toObservable(this.shown).pipe(map(() => ''))), {
    initialValue: '',
  });
  protected readonly progress = computed(() => this.view().progress);
  protected readonly percent = computed(() => {
    const progress = this.progress();
    return progress === null ? 0 : Math.floor((100 * progress.done) / Math.max(1, progress.total));
  });
  protected readonly left = computed(() => {
    const etaMs = this.progress()?.etaMs ?? null;
    return etaMs === null ? '–' : duration(etaMs);
  });
  /** What it waits for. */
  protected readonly pace = computed(() => {
    const { status, pacing } = this.progress() ?? {};
    if (status !== 'running' || pacing?.state !== 'held') return '';
    const wait = pacing.until === null ? '' : ` in ${duration(pacing.until - this.view().at)}`;
    if (pacing.outage) return `The provider does not answer. Next try${wait || ' soon'}; nothing fails meanwhile.`;
    const line = pacing.waiting > 0 ? `; ${pacing.waiting.toLocaleString('en')} requests in line` : '';
    return `Waiting for the provider’s limit${wait && `, which opens${wait}`}${line}.`;
  });
  protected readonly info = signal<JobInfo | null>(null);
  protected readonly failures = signal<WireFailures['failures']>([]);

  constructor() {
    effect((onCleanup) => {
      const { jobId } = this.shown().job;
      document.title = `${this.progress() === null ? '' : `${this.percent()} % · `}${jobId} · openapi-batch`;
      onCleanup(() => (document.title = 'openapi-batch'));
    });
    effect(() => {
      this.shown();
      this.code.set('');
      this.failures.set([]);
      this.info.set(null);
    });
    // Of a job just started: what had the focus is closed.
    effect(() => this.shown().after === undefined && this.focus());
    this.rates$
      .pipe(
        filter(({ rates }) => rates.length > 1),
        throttleTime(2_000, undefined, { leading: true, trailing: true }),
        takeUntilDestroyed(),
      )
      .subscribe(({ jobId, rates }) => keepRates(jobId, rates));
    toObservable(computed(() => ({ job: this.handle().job, status: this.progress()?.status })))
      .pipe(
        switchMap(({ job, status }) => (status === undefined ? of(null) : job.info().catch(() => null))),
        takeUntilDestroyed(),
      )
      .subscribe((info) => this.info.set(info));
    toObservable(this.progress)
      .pipe(
        map((progress) => progress?.failed ?? 0),
        distinctUntilChanged(),
        throttleTime(1_000, undefined, { leading: true, trailing: true }),
        switchMap(() =>
          this.handle()
            .job.failures()
            .catch(() => []),
        ),
        takeUntilDestroyed(),
      )
      .subscribe((failures) => this.failures.set(failures));
  }

  protected pause(): Promise<void> {
    this.focus();
    return this.act('Pausing', () => this.handle().job.pause());
  }

  protected cancel(): Promise<void> {
    if (!confirm('Stop this job for good? Answers that are there are kept.')) return Promise.resolve();
    this.focus();
    return this.act('Cancelling', () => this.handle().job.cancel());
  }

  protected download(): Promise<void> {
    return this.act('Downloading', () =>
      downloadResults(this.handle().job, (count) => this.busy.set(`Downloading… ${count.toLocaleString('en')}`)),
    );
  }

  protected resume(): Promise<void> {
    const { jobId } = this.handle().job;
    this.focus();
    return this.act('Resuming', async () => {
      const job = this.client.resume(jobId);
      await job.status();
      // The events of a cancelled job have ended; those of a paused one go on by themselves.
      if (this.progress()?.status === 'cancelled') this.handle.set({ job, after: 'now' });
    });
  }

  protected retryFailed(): void {
    this.problems$.next('');
    this.handle.update(({ job }) => ({ job: job.retryFailed(), after: 'now' }));
    this.focus();
  }

  /** The button that was pressed goes away; the keyboard's place is not lost with it. */
  private focus(): void {
    this.title().nativeElement.focus({ preventScroll: true });
  }

  private async act(words: string, work: () => Promise<void>): Promise<void> {
    this.busy.set(`${words}…`);
    this.problems$.next('');
    await work().catch((error: unknown) => this.failed(error));
    this.busy.set('');
  }

  private failed(error: unknown): typeof EMPTY {
    this.problems$.next(wordsOf(error));
    return EMPTY;
  }
}
