import { DecimalPipe } from '@angular/common';
import { Component, computed, effect, inject, input, linkedSignal, signal } from '@angular/core';
import { takeUntilDestroyed, toObservable, toSignal } from '@angular/core/rxjs-interop';
import type { ItemErrorCode, RemoteBatchJob, WireFailures } from 'openapi-batch/browser';
import {
  auditTime,
  bufferTime,
  catchError,
  distinctUntilChanged,
  EMPTY,
  filter,
  map,
  merge,
  scan,
  startWith,
  Subject,
  switchMap,
} from 'rxjs';
import { CLIENT } from './client';
import { downloadResults } from './download';
import { ItemsTable } from './items-table';
import { addEvents, emptyView } from './job-view-state';
import { RateChart } from './rate-chart';

/** A job, and from where on its events are of interest: all of one just started, of others what comes from now on. */
export interface Shown {
  readonly job: RemoteBatchJob;
  readonly after: 'now' | undefined;
}

@Component({
  selector: 'app-job-view',
  imports: [DecimalPipe, ItemsTable, RateChart],
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
          scan(addEvents, emptyView),
          startWith(emptyView),
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
  protected readonly failures = signal<WireFailures['failures']>([]);

  constructor() {
    effect(() => {
      this.shown();
      this.code.set('');
      this.failures.set([]);
    });
    toObservable(this.progress)
      .pipe(
        map((progress) => progress?.failed ?? 0),
        distinctUntilChanged(),
        auditTime(1_000),
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
    return this.act('Pausing', () => this.handle().job.pause());
  }

  protected cancel(): Promise<void> {
    if (!confirm('Stop this job for good? Answers that are there are kept.')) return Promise.resolve();
    return this.act('Cancelling', () => this.handle().job.cancel());
  }

  protected download(): Promise<void> {
    return this.act('Downloading', () => downloadResults(this.handle().job));
  }

  protected resume(): Promise<void> {
    const { jobId } = this.handle().job;
    return this.act('Resuming', async () => {
      const job = this.client.resume(jobId);
      await job.status();
      // The events of a cancelled job have ended; those of a paused one go on by themselves.
      if (this.progress()?.status === 'cancelled') this.handle.set({ job, after: 'now' });
    });
  }

  protected retryFailed(): void {
    this.handle.update(({ job }) => ({ job: job.retryFailed(), after: 'now' }));
  }

  private async act(words: string, work: () => Promise<void>): Promise<void> {
    this.busy.set(`${words}…`);
    this.problems$.next('');
    await work().catch((error: unknown) => this.failed(error));
    this.busy.set('');
  }

  private failed(error: unknown): typeof EMPTY {
    this.problems$.next(error instanceof Error ? error.message : String(error));
    return EMPTY;
  }
}
