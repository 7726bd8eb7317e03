import {
  defer,
  EMPTY,
  finalize,
  from,
  ignoreElements,
  isObservable,
  Subject,
  tap,
  type Observable,
  type SchedulerLike,
} from 'rxjs';
import type { ItemEvent } from '../core/events.js';
import { LowWaterMark } from '../core/low-water-mark.js';
import { DONE, IDLE, mergePull, type PullSource } from '../operators/merge-pull.js';
import type { BatchStore, JobRecord, PlacedResult } from '../store/store.js';
import { beginWholeRead, refuseDeleted } from './whole-read.js';

export interface ItemFeedOptions {
  readonly store: BatchStore;
  readonly job: Pick<JobRecord, 'key' | 'jobId'>;
  /** Keeps the place under this name; left out, every feed begins with the first result. */
  readonly cursor?: string | undefined;
}

/** A delivered result: enough of an item event for a consumer. */
export type Delivery = Pick<ItemEvent, 'itemId' | 'seq' | 'result'>;

const pageSize = 256;

/** A job's results as they are asked for: read from the store, woken when there may be more, ended when there will be none. */
export class ItemFeed implements PullSource<Delivery> {
  readonly #ready = new Subject<void>();
  readonly ready$: Observable<void> = this.#ready.asObservable();
  readonly #mark: LowWaterMark;
  #page: readonly PlacedResult[] = [];
  #at = 0;
  #read: number;
  #saved: number;
  readonly #fromFirst: boolean;
  #found = 0;
  #endWholeRead: ((read: number) => void) | undefined;
  #ended = false;
  #stopped = false;
  #cut = false;

  constructor(private readonly options: ItemFeedOptions) {
    const { store, job, cursor } = options;
    this.#saved = cursor === undefined ? 0 : store.cursor(job.key, cursor);
    this.#read = this.#saved;
    this.#fromFirst = this.#saved === 0;
    this.#mark = new LowWaterMark(this.#saved);
  }

  /** It was stopped before its last result: the next feed with this cursor goes on there. */
  get cut(): boolean {
    return this.#cut;
  }

  pull(): Delivery | typeof IDLE | typeof DONE {
    if (this.#stopped) return this.#leave();
    if (this.#at >= this.#page.length) {
      this.save();
      this.#load();
    }
    const placed = this.#page[this.#at++];
    if (placed === undefined) return this.#ended ? DONE : IDLE;
    this.#read = placed.seq;
    this.#mark.claim(placed.seq);
    return { itemId: placed.result.itemId, seq: placed.seq, result: placed.result };
  }

  wake(): void {
    this.#ready.next();
  }

  /** What is stored now is all there will be. */
  end(): void {
    this.#ended = true;
    this.#ready.next();
  }

  /** No more than is out already. */
  stop(): void {
    this.#stopped = true;
    this.#ready.next();
  }

  delivered(seq: number): void {
    this.#mark.finish(seq);
  }

  #leave(): typeof DONE {
    const { store, job } = this.options;
    this.#cut ||= this.#at < this.#page.length || store.results(job.key, this.#read, 1, 'all').length > 0;
    return DONE;
  }

  /** Remembers how far every delivery is done. */
  save(): void {
    const { store, job, cursor } = this.options;
    if (cursor === undefined || this.#mark.value <= this.#saved) return;
    this.#saved = this.#mark.value;
    store.saveCursor(job.key, cursor, this.#saved);
  }

  #load(): void {
    const { store, job } = this.options;
    if (this.#ended && this.#fromFirst) this.#endWholeRead ??= beginWholeRead(store, job);
    this.#page = store.results(job.key, this.#read, pageSize, 'all');
    this.#at = 0;
    this.#found += this.#page.length;
    if (this.#page.length > 0 || !this.#ended) return;
    refuseDeleted(store, job);
    this.#endWholeRead?.(this.#found);
  }
}

/** Calls `deliver` for what the feed has, so many at a time; completes when the feed has ended and every call has. */
export function runFeed(
  feed: ItemFeed,
  deliver: (delivery: Delivery) => unknown,
  concurrency: number,
  scheduler: SchedulerLike,
): Observable<never> {
  const one = (delivery: Delivery): Observable<never> =>
    defer(() => settle(deliver(delivery)).pipe(tap({ complete: () => feed.delivered(delivery.seq) })));
  return mergePull(feed, one, { concurrency, scheduler }).pipe(finalize(() => feed.save()));
}

/** What a function gave back, as something to wait for: a promise, an Observable, or nothing. */
export function settle(value: unknown): Observable<never> {
  if (isObservable(value)) return value.pipe(ignoreElements());
  if (typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function') {
    return from(value as PromiseLike<unknown>).pipe(ignoreElements());
  }
  return EMPTY;
}
