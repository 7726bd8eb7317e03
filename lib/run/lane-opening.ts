import { interval, map, of, startWith, take, type Observable, type SchedulerLike } from 'rxjs';

/** Lanes that open at once. */
const atOnce = 64;
const steps = 32;
const stepMs = 4;

/**
 * How many lanes are open, as time goes: more than some open by and by, within an eighth of a second. Requests that leave as one
 * burst are answered as one, their answers wait for each other, and so do the requests that follow them: it takes ten rounds
 * until that is spread.
 */
export function laneOpening(concurrency: number, scheduler: SchedulerLike): Observable<number> {
  if (concurrency <= atOnce) return of(concurrency);
  return interval(stepMs, scheduler).pipe(
    take(steps),
    map((step) => atOnce + Math.ceil(((concurrency - atOnce) * (step + 1)) / steps)),
    startWith(atOnce),
  );
}
