import { asyncScheduler, isObservable, Observable, type SchedulerLike, type Subscriber, type Subscription } from 'rxjs';
import { BatchError, isBatchError, messageOf } from '../core/errors.js';
import type { BatchItem } from '../core/item.js';
import type { BatchStore, Lease, NewItem } from '../store/store.js';
import { Admission } from './admission.js';
import type { ItemReader, ItemStep } from './item-reader.js';
import { invalid, readItem } from './read-item.js';

export interface IntakeOptions {
  readonly store: BatchStore;
  readonly reader: ItemReader;
  /** Why an item can never be sent, or undefined. */
  readonly reject: (item: BatchItem) => string | undefined;
  readonly scheduler?: SchedulerLike;
}

/** Rows of one transaction. */
const pageSize = 500;
/** Milliseconds of reading before the event loop gets a turn. */
const sliceMs = 10;

/**
 * Reads an input into the store, a page a transaction. Unsubscribing from `read` holds the source where it is;
 * subscribing again goes on, under the same lease or a later one. Nothing is read ahead of what the store takes in.
 */
export class Intake {
  #admission: Admission | undefined;
  #page: NewItem[] = [];
  /** Asked for and not dealt with. */
  #held: ItemStep | Observable<ItemStep> | undefined;
  #count = 0;
  #ended = false;
  #closed = false;

  constructor(private readonly options: IntakeOptions) {}

  /** Whether the source said that there is no more. */
  get ended(): boolean {
    return this.#ended;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Emits the job's total after each page stored; completes at the end of the input. `stored`: items there were before. */
  read(lease: Lease, stored: number): Observable<number> {
    const { scheduler = asyncScheduler } = this.options;
    this.#admission ??= new Admission(this.options.store, lease.jobKey, lease.jobId, stored);
    return new Observable<number>((subscriber) => {
      let turnEnds = scheduler.now() + sliceMs;
      const timely = (): boolean => scheduler.now() < turnEnds;
      let storing: Subscription | undefined;

      const run = guard(subscriber, () => {
        const step = this.#slice(lease, subscriber, timely);
        if (step === 'end') return subscriber.complete();
        if (step === 'more') return void later(run);
        // The source takes its time: what was read so far is stored meanwhile.
        if (this.#page.length > 0) storing ??= later(store);
        const answered = step.subscribe({
          next: (result) => {
            if (subscriber.closed) return;
            this.#held = result;
            run();
          },
          error: (error: unknown) => {
            guard(subscriber, () => this.#flush(lease, subscriber))();
            subscriber.error(failure(error, this.#count));
          },
        });
        if (!answered.closed) subscriber.add(answered);
      });
      const later = (work: () => void): Subscription => {
        const turn = guard(subscriber, () => {
          turnEnds = scheduler.now() + sliceMs;
          work();
        });
        const planned = scheduler.schedule(() => {
          // A slow source has a turn for each item: they must not pile up on the subscriber.
          subscriber.remove(planned);
          turn();
        }, 0);
        subscriber.add(planned);
        return planned;
      };
      const store = (): void => {
        storing = undefined;
        this.#flush(lease, subscriber);
      };
      run();
    });
  }

  /** Tells the source that no more is wanted. */
  close(): void {
    this.#closed = true;
    this.options.reader.close();
    this.#admission?.close();
  }

  /** Takes values until the source is at its end, makes us wait, or the turn is over. */
  #slice(lease: Lease, subscriber: Subscriber<number>, timely: () => boolean): 'end' | 'more' | Observable<ItemStep> {
    while (!subscriber.closed) {
      let step: ItemStep | Observable<ItemStep>;
      try {
        step = this.#held ??= this.#next();
        if (isObservable(step)) return step;
        if (step.done !== true && !this.#take(step.value)) {
          if (this.#admission?.buildIndex() !== true) return 'more';
          continue;
        }
      } catch (error) {
        // What was read before the bad item, or before the source failed, is kept.
        this.#flush(lease, subscriber);
        throw error;
      }
      if (step.done === true) return this.#end(lease, subscriber);
      this.#held = undefined;
      // The clock costs more than a row, so it is asked now and then only.
      const over = this.#page.length >= pageSize || ((this.#count & 31) === 0 && !timely());
      if (!over) continue;
      this.#flush(lease, subscriber);
      if (!timely()) return 'more';
    }
    return 'more';
  }

  /** False when the item must be asked again once more of the index is built. */
  #take(value: unknown): boolean {
    const place = `item ${String(this.#count + 1)}`;
    const read = readItem(value, place);
    const problem = this.options.reject(read.item);
    if (problem !== undefined) throw invalid(place, problem);
    const admitted = this.#admission?.admit(read, place, this.#page);
    if (admitted === undefined || admitted.kind === 'ask-again') return false;
    if (admitted.kind === 'new') this.#page.push(admitted.item);
    this.#count++;
    return true;
  }

  #next(): ItemStep | Observable<ItemStep> {
    try {
      return this.options.reader.next();
    } catch (error) {
      throw failure(error, this.#count);
    }
  }

  #flush(lease: Lease, subscriber: Subscriber<number>): void {
    if (this.#page.length === 0) return;
    const { total } = this.options.store.appendItems(lease, this.#page);
    this.#page = [];
    subscriber.next(total);
  }

  #end(lease: Lease, subscriber: Subscriber<number>): 'end' {
    this.#flush(lease, subscriber);
    this.#ended = true;
    this.#admission?.close();
    return 'end';
  }
}

const guard = (subscriber: Subscriber<number>, work: () => void) => (): void => {
  try {
    work();
  } catch (error) {
    subscriber.error(error);
  }
};

/** The caller's own source threw: a BatchError of ours (a reader of lines, say) speaks for itself. */
function failure(error: unknown, count: number): BatchError {
  if (isBatchError(error)) return error;
  return new BatchError('input_failed', `The input failed after ${String(count)} items: ${messageOf(error)}`, {
    cause: error,
  });
}
