import { DecimalPipe, JsonPipe } from '@angular/common';
import { Component, computed, input, linkedSignal, signal } from '@angular/core';
import { takeUntilDestroyed, toObservable, toSignal } from '@angular/core/rxjs-interop';
import type { ItemErrorCode, RemoteBatchJob, WireItem } from 'openapi-batch/browser';
import { auditTime, concat, debounceTime, defer, EMPTY, of, repeat, scan, switchMap, tap, timer } from 'rxjs';
import { pages$, type PageShown } from './item-pages';
import { Paging } from './paging';

type Only = 'all' | 'ok' | 'failed' | 'pending';
const limit = 25;
const loading: PageShown = { page: null, busy: true };

/** One page of a job's items at a time, whatever their number; each with what was asked and answered. */
@Component({
  selector: 'app-items-table',
  imports: [DecimalPipe, JsonPipe],
  template: `
    <form class="row" role="search" (submit)="$event.preventDefault()">
      <input
        type="search"
        placeholder="Search ids, requests, answers"
        aria-label="Search items"
        [value]="search()"
        (input)="find($event)"
      />
      <select aria-label="Which items" [value]="only()" (change)="choose($event)">
        @for (kind of kinds; track kind) {
          <option [value]="kind">{{ kind }}</option>
        }
      </select>
      <button type="button" (click)="reload()">Refresh</button>
    </form>
    @if (shown().problem; as text) {
      <p class="problem" role="alert">{{ text }}</p>
    }
    <div class="items" [class.empty]="shown().page === null" [attr.aria-busy]="shown().busy">
      @for (item of shown().page?.items ?? []; track item.itemId) {
        <details class="item">
          <summary>
            <span class="ordinal">{{ item.ordinal | number }}</span>
            <span class="state" [class]="item.state">{{ item.state }}</span>
            <b>{{ item.itemId }}</b>
            <span class="text">{{ brief(item) }}</span>
          </summary>
          <h4>Request</h4>
          <pre>{{ item.input | json }}</pre>
          <h4>Answer</h4>
          <pre>{{ item.result | json }}</pre>
        </details>
      } @empty {
        <p>{{ shown().busy ? 'Looking…' : 'No such items' }}</p>
      }
    </div>
    <nav class="row" aria-label="Pages of items">
      <button type="button" [disabled]="paging.isFirst()" (click)="paging.back()">Previous</button>
      <button type="button" [disabled]="shown().page?.next == null" (click)="paging.forth(shown().page?.next)">
        Next
      </button>
    </nav>
  `,
})
export class ItemsTable {
  readonly job = input.required<RemoteBatchJob>();
  /** Items finished so far: a page with pending ones is looked at again as it grows. */
  readonly done = input(0);
  /** Failed with this code, if not empty. */
  readonly code = input<ItemErrorCode | ''>('');

  protected readonly kinds: readonly Only[] = ['all', 'ok', 'failed', 'pending'];
  protected readonly search = linkedSignal({ source: this.job, computation: () => '' });
  protected readonly only = linkedSignal<Only>(() => (this.code() === '' ? 'all' : 'failed'));
  private readonly round = signal(0);
  private readonly query = computed(() => ({
    job: this.job(),
    code: this.only() === 'failed' ? this.code() : '',
    only: this.only(),
    search: this.search(),
  }));
  protected readonly paging = new Paging(this.query);
  private readonly asked = computed(() => ({ ...this.query(), after: this.paging.after(), round: this.round() }));

  protected readonly shown = toSignal(
    toObservable(this.asked).pipe(
      debounceTime(150),
      switchMap(({ job, code, only, search, after }) => {
        let failed = false;
        return concat(
          of(loading),
          defer(() =>
            pages$(job, {
              after,
              limit,
              search: search || undefined,
              only: only === 'all' ? undefined : only,
              code: code || undefined,
            }),
          ).pipe(
            tap(({ unreached }) => (failed = unreached === true)),
            repeat({ delay: () => (failed ? timer(2_000) : EMPTY) }),
          ),
        );
      }),
      // What was there stays until there is something else, also while the server is away.
      scan((before, now) => (now === loading || now.unreached === true ? { ...before, busy: true } : now)),
    ),
    { initialValue: loading },
  );

  constructor() {
    toObservable(this.done)
      .pipe(auditTime(2_000), takeUntilDestroyed())
      .subscribe(() => this.shown().page?.items.some(({ state }) => state === 'pending') === true && this.reload());
  }

  protected find(event: Event): void {
    this.search.set((event.target as HTMLInputElement).value);
  }

  protected choose(event: Event): void {
    this.only.set((event.target as HTMLSelectElement).value as Only);
  }

  protected reload(): void {
    this.round.update((round) => round + 1);
  }

  protected brief({ input, result }: WireItem): string {
    const text = result === null ? input : result.ok ? result.output : `${result.error.code}: ${result.error.message}`;
    return (typeof text === 'string' ? text : JSON.stringify(text)).slice(0, 200);
  }
}
