import { asyncScheduler, from, Observable, type ObservableInput, type SchedulerLike, type Subscription } from 'rxjs';
import { Slot, Slots } from './slots.js';

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
  /** Inner Observables at the same time. */
  readonly concurrency: number;
  /** Values pulled before the event loop gets a turn, so that a synchronous project cannot starve it. Default 256. */
  readonly turn?: number;
  readonly scheduler?: SchedulerLike;
}

/**
 * `mergeMap` with a concurrency limit over a source that is pulled: the next value is asked for only when a slot is
 * free, so the input may be endless. (`from(iterable).pipe(mergeMap(f, n))` reads its whole source into an array first.)
 */
export function mergePull<T, R>(
  source: PullSource<T>,
  project: (value: T) => ObservableInput<R>,
  { concurrency, turn = 256, scheduler = asyncScheduler }: MergePullOptions,
): Observable<R> {
  return new Observable<R>((subscriber) => {
    let active = 0;
    let pulled = 0;
    let draining = false;
    let yielded: Subscription | undefined;
    // Not the subscriber's own list of teardowns: leaving that costs a search.
    const slots = new Slots();
    subscriber.add(slots);

    const resume = (): void => {
      if (yielded !== undefined) subscriber.remove(yielded);
      yielded = undefined;
      pulled = 0;
      drain();
    };

    const start = (value: T): void => {
      active++;
      const slot = new Slot();
      const inner = from(project(value)).subscribe({
        next: (result) => subscriber.next(result),
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          active--;
          slot.inner = undefined;
          slots.remove(slot);
          drain();
        },
      });
      if (inner.closed) return;
      // Its first value was the last one wanted: the list above was gone through before it was on it.
      if (subscriber.closed) return inner.unsubscribe();
      slot.inner = inner;
      slots.add(slot);
    };

    // An inner Observable that completes synchronously re-enters here; the running loop picks up its slot.
    const drain = (): void => {
      if (draining) return;
      draining = true;
      try {
        while (!subscriber.closed && active < concurrency && yielded === undefined) {
          if (pulled >= turn) {
            yielded = scheduler.schedule(resume, 0);
            subscriber.add(yielded);
            return;
          }
          const value = source.pull();
          if (value === IDLE) return;
          if (value === DONE) {
            if (active === 0) subscriber.complete();
            return;
          }
          pulled++;
          start(value);
        }
      } catch (error) {
        subscriber.error(error);
      } finally {
        draining = false;
      }
    };

    subscriber.add(source.ready$.subscribe({ next: drain, error: (error: unknown) => subscriber.error(error) }));
    drain();
  });
}
