import { asyncScheduler, Observable, of, type SchedulerLike, type Subscriber } from 'rxjs';
import { Lanes, type Lane } from './lanes.js';

/** Nothing to hand out now; `ready$` will tell. */
export const IDLE = Symbol('idle');
/** Nothing will ever come again. */
export const DONE = Symbol('done');

/** A source that is asked for its next value when there is room for it. */
export interface PullSource<T> {
  pull(): T | typeof IDLE | typeof DONE;
  /** Emits when an answer of `IDLE` may have changed. */
  readonly ready$: Observable<unknown>;
}

export interface MergePullOptions {
  /** Values worked on at the same time. */
  readonly concurrency: number;
  /** How many of them by now, where it is not all from the start. Default: all. */
  readonly opening$?: Observable<number>;
  /** Values pulled at most before the event loop gets a turn, so that work that is over at once cannot starve it. Default 256. */
  readonly turn?: number;
  readonly scheduler?: SchedulerLike;
}

/** Begins the work on a value. It reports to the lane, and hands it over what ends it early. */
type Begin<T, R> = (value: T, lane: Lane<R>) => void;

/** What `mergePull` is made of, for work that needs no Observable of its own: a lane costs a tenth of a subscription. */
export function pullLanes<T, R>(source: PullSource<T>, begin: Begin<T, R>, options: MergePullOptions): Observable<R> {
  return new Observable<R>((subscriber) => {
    const puller = new Puller(source, begin, subscriber, options);
    subscriber.add(() => puller.lanes.unsubscribe());
    const fail = (error: unknown): void => subscriber.error(error);
    subscriber.add(source.ready$.subscribe({ next: () => puller.drain(), error: fail }));
    subscriber.add(
      (options.opening$ ?? of(options.concurrency)).subscribe({ next: (n) => puller.open(n), error: fail }),
    );
  });
}

class Puller<T, R> {
  readonly lanes: Lanes<R>;
  readonly #concurrency: number;
  #open = 0;
  readonly #turn: number;
  readonly #half: number;
  readonly #scheduler: SchedulerLike;
  /** Since the event loop had its turn. */
  #pulled = 0;
  #draining = false;

  constructor(
    private readonly source: PullSource<T>,
    private readonly begin: Begin<T, R>,
    private readonly subscriber: Subscriber<R>,
    { concurrency, turn = 256, scheduler = asyncScheduler }: MergePullOptions,
  ) {
    this.#concurrency = concurrency;
    this.#turn = turn;
    this.#half = Math.ceil(turn / 2);
    this.#scheduler = scheduler;
    this.lanes = new Lanes(subscriber, () => this.drain());
  }

  /** So many lanes may be in use from now on. */
  open(lanes: number): void {
    this.#open = Math.min(lanes, this.#concurrency);
    this.drain();
  }

  /** Work that is over at once re-enters here; the running loop picks up its lane. */
  drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    try {
      while (!this.subscriber.closed && this.lanes.size < this.#open && this.#pulled < this.#turn) {
        const value = this.source.pull();
        if (value === IDLE) return;
        if (value === DONE) {
          if (this.lanes.size === 0) this.subscriber.complete();
          return;
        }
        if (++this.#pulled === this.#half) this.#nextTurn();
        this.begin(value, this.lanes.open());
      }
    } catch (error) {
      this.subscriber.error(error);
    } finally {
      this.#draining = false;
    }
  }

  /** Planned when half of a turn is used: who waits for real answers has it before the other half is, and never stands still. */
  #nextTurn(): void {
    const begun = this.#scheduler.schedule(() => {
      this.subscriber.remove(begun);
      this.#pulled = 0;
      this.drain();
    }, 0);
    this.subscriber.add(begun);
  }
}
