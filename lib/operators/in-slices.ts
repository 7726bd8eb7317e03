import { asyncScheduler, concatAll, Observable, type SchedulerLike, type Unsubscribable } from 'rxjs';

export interface SliceOptions {
  /** Milliseconds of work before the event loop gets a turn. Default 10. */
  readonly sliceMs?: number;
  readonly scheduler?: SchedulerLike;
}

/**
 * Emits page after page, asked for one at a time, until one is empty. Works on without a pause for `sliceMs`, then lets
 * the event loop have a turn: a million rows neither hold it up nor wait for a timer per page.
 */
export function inSlices<T>(nextPage: () => readonly T[], options: SliceOptions = {}): Observable<T> {
  return pagesInSlices(nextPage, options).pipe(concatAll());
}

/** The same, a page at a time. */
export function pagesInSlices<T>(
  nextPage: () => readonly T[],
  { sliceMs = 10, scheduler = asyncScheduler }: SliceOptions = {},
): Observable<readonly T[]> {
  return new Observable<readonly T[]>((subscriber) => {
    let planned: Unsubscribable | undefined;
    subscriber.add(() => planned?.unsubscribe());
    const work = (): void => {
      // Planned before the work: a timer takes a millisecond at least, which passes meanwhile.
      planned = scheduler.schedule(work, 0);
      const until = scheduler.now() + sliceMs;
      try {
        // A scheduler may have run the rest of it at once.
        while (!subscriber.closed) {
          const page = nextPage();
          if (page.length === 0) {
            subscriber.complete();
            return;
          }
          subscriber.next(page);
          if (scheduler.now() >= until) return;
        }
      } catch (error) {
        subscriber.error(error);
      }
    };
    work();
  });
}
