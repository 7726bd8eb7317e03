import { defer, filter, fromEvent, map, merge, NEVER, race, take, tap, timer, type Observable } from 'rxjs';
import type { SchedulerLike } from 'rxjs';
import { backoffDelay, waitAtLeast, type BackoffOptions } from '../core/backoff.js';
import { longestTimerMs } from '../operators/longest-timer.js';

export type Backoff = BackoffOptions & { readonly random: () => number };

/**
 * The waits between the tries of one thing, longer from failure to failure. A wait ends at once when the browser comes
 * online or its tab is looked at again, and the next are short again; what the server has asked for is always waited out.
 */
export class Patience {
  #failures = 0;

  constructor(
    private readonly backoff: Backoff,
    private readonly scheduler: SchedulerLike,
  ) {}

  /** Something came of the last try. */
  restore(): void {
    this.#failures = 0;
  }

  /** Emits once, when the next try is due. */
  wait(askedMs: number | undefined): Observable<unknown> {
    return defer(() => {
      const waitMs = waitAtLeast(askedMs, backoffDelay(++this.#failures, this.backoff, this.backoff.random));
      const waited$ = timer(Math.min(waitMs, longestTimerMs), this.scheduler);
      if (askedMs !== undefined) return waited$;
      return race(waited$, wakeUps$.pipe(tap(() => this.restore()))).pipe(take(1));
    });
  }
}

type Target = Pick<EventTarget, 'addEventListener' | 'removeEventListener'>;

/** What there is of a page: a worker has no document, and Node has neither. */
interface Place extends Partial<Target> {
  readonly document?: Target & { readonly visibilityState: string };
}

const wakeUps$ = defer(() => {
  const place = globalThis as Place;
  const { document } = place;
  const online$ = isTarget(place) ? fromEvent(place, 'online') : NEVER;
  if (document === undefined) return online$;
  const looks$ = fromEvent(document, 'visibilitychange').pipe(map(() => document.visibilityState));
  return merge(online$, looks$.pipe(filter((state) => state === 'visible')));
});

const isTarget = (place: Partial<Target>): place is Target => typeof place.addEventListener === 'function';
