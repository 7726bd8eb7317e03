import { asyncScheduler, Subject, Subscription, type Observable, type SchedulerLike } from 'rxjs';
import { LowWaterMark } from '../core/low-water-mark.js';
import { DONE, IDLE, type PullSource } from '../operators/merge-pull.js';
import type { ClaimedItem } from '../store/store.js';
import type { RunQueue } from './run-queue.js';
import type { WorkItem } from './work-item.js';

export interface WorkQueueOptions {
  /** Unfinished items above an ordinal, in order. */
  readonly claim: (afterOrdinal: number, limit: number) => readonly ClaimedItem[];
  readonly toItem: (claimed: ClaimedItem) => WorkItem;
  /** Every item up to here is finished. */
  readonly lowWater: number;
  /** Items that may wait for their next attempt before no new ones are claimed. Default 1,000. */
  readonly maxDelayed?: number;
  /** Items handed out and outcomes not durable yet, at most, at the same time. Default: any number. */
  readonly maxAtRisk?: number;
  readonly scheduler?: SchedulerLike;
}

const pageSize = 256;

/**
 * What is to be sent next: items whose wait is over, then the store's, a page at a time. An item that waits for its next
 * attempt holds no slot.
 */
export class WorkQueue implements PullSource<WorkItem>, RunQueue {
  readonly #ready = new Subject<void>();
  readonly ready$: Observable<void> = this.#ready.asObservable();
  #mark: LowWaterMark;
  readonly #timers = new Subscription();
  readonly #scheduler: SchedulerLike;
  readonly #maxDelayed: number;
  #page: readonly ClaimedItem[] = [];
  #at = 0;
  #claimedTo: number;
  #again: WorkItem[] = [];
  #delayed = 0;
  #outstanding = 0;
  #unwritten = 0;
  readonly #maxAtRisk: number;
  #held = false;
  #inputEnded = false;
  #open = false;
  #closed = false;
  #over = false;

  constructor(private readonly options: WorkQueueOptions) {
    this.#mark = new LowWaterMark(options.lowWater);
    this.#claimedTo = options.lowWater;
    this.#scheduler = options.scheduler ?? asyncScheduler;
    this.#maxDelayed = options.maxDelayed ?? 1_000;
    this.#maxAtRisk = options.maxAtRisk ?? Infinity;
  }

  pull(): WorkItem | typeof IDLE | typeof DONE {
    if (this.#closed) return this.#done();
    if (!this.#open) return IDLE;
    if (this.#outstanding + this.#unwritten >= this.#maxAtRisk) {
      this.#held = true;
      return IDLE;
    }
    const item = this.#again.shift() ?? this.#nextClaimed();
    if (item !== undefined) {
      this.#outstanding++;
      return item;
    }
    const over = this.#inputEnded && this.#outstanding === 0 && this.#delayed === 0 && this.#at >= this.#page.length;
    return over ? this.#done() : IDLE;
  }

  /** The end was told to whoever pulls. */
  get over(): boolean {
    return this.#over;
  }

  /** Before anything was claimed: begins elsewhere. */
  startFrom(lowWater: number): void {
    this.#mark = new LowWaterMark(lowWater);
    this.#claimedTo = lowWater;
  }

  /** From now on items are handed out. */
  open(): void {
    this.#open = true;
    this.#ready.next();
  }

  /** Nothing is handed out any more; `nudge` lets the puller notice, at a moment of the caller's choice. */
  close(): void {
    this.#closed = true;
    this.#timers.unsubscribe();
  }

  nudge(): void {
    this.#ready.next();
  }

  /** The store has more items, or (`ended`) will have no more. */
  inputGrew(ended = false): void {
    if (ended) this.#inputEnded = true;
    this.#ready.next();
  }

  /** More input will be read after all. */
  inputAgain(): void {
    this.#inputEnded = false;
  }

  /** Comes back after `delayMs`. */
  delay(item: WorkItem, delayMs: number): void {
    this.#outstanding--;
    if (this.#closed) return;
    if (delayMs <= 0) {
      this.#again.push(item);
      return;
    }
    this.#delayed++;
    const timer = this.#scheduler.schedule(
      () => {
        this.#timers.remove(timer);
        this.#delayed--;
        this.#again.push(item);
        this.#ready.next();
      },
      Math.min(delayMs, 2_000_000_000),
    );
    this.#timers.add(timer);
  }

  /** Has its final result, which waits to be written. */
  settled(): void {
    this.#outstanding--;
    this.drafted();
  }

  /** The outcome of a request waits to be written. */
  drafted(): void {
    this.#unwritten++;
  }

  /** Its final result is being written: the low-water mark of that commit may count it. */
  written(ordinal: number): void {
    this.#mark.finish(ordinal);
  }

  /** What waited to be written is durable. */
  committed(): void {
    this.#unwritten = 0;
  }

  /** Tells that items held back for a commit may go, where there are any. */
  goOn(): void {
    if (!this.#held || this.#closed) return;
    this.#held = false;
    this.#ready.next();
  }

  get lowWater(): number {
    return this.#mark.value;
  }

  get claimedTo(): number {
    return this.#mark.highest;
  }

  #done(): typeof DONE {
    this.#over = true;
    return DONE;
  }

  #nextClaimed(): WorkItem | undefined {
    if (this.#delayed >= this.#maxDelayed) return undefined;
    if (this.#at >= this.#page.length) {
      this.#page = this.options.claim(this.#claimedTo, pageSize);
      this.#at = 0;
    }
    const claimed = this.#page[this.#at];
    if (claimed === undefined) return undefined;
    this.#at++;
    this.#claimedTo = claimed.ordinal;
    this.#mark.claim(claimed.ordinal);
    return this.options.toItem(claimed);
  }
}
