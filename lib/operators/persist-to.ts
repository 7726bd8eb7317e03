import {
  asyncScheduler,
  concatAll,
  Observable,
  type OperatorFunction,
  type SchedulerLike,
  Subject,
  type Subscription,
  takeUntil,
} from 'rxjs';
import { CommitRest } from './commit-rest.js';

/** Where `persistTo` writes: one call is one transaction; what it returns is durable. */
export interface Journal<D, E> {
  commit(drafts: readonly D[]): readonly E[];
}

export interface PersistOptions<D = unknown> {
  /** So many drafts are written at once. Only drafts that arrive during a commit can make a group larger. Default 256. */
  readonly maxGroup?: number;
  /** So many are written on the next turn; fewer wait until the rest after the last commit is over. Default and most: `maxGroup`. */
  readonly restBelow?: number;
  /** How many a draft counts for, where one stands for several. Default 1. */
  readonly weigh?: (draft: D) => number;
  readonly scheduler?: SchedulerLike;
}

/**
 * Writes down what happened before telling anyone: drafts that arrive within a turn of the event loop, or within up to 50 ms
 * after a commit, share one transaction, and the events it returns are emitted after it. A failed commit errors the stream;
 * nothing of that group was written or emitted. On completion the waiting group is written first.
 */
export function persistTo<D, E>(journal: Journal<D, E>, options: PersistOptions<D> = {}): OperatorFunction<D, E> {
  return (source) => source.pipe(persistGroups(journal, options), concatAll());
}

/** The same, with the events of a group together: what passes through ten operators passes once for all of them. */
export function persistGroups<D, E>(
  journal: Journal<D, E>,
  options: PersistOptions<D> = {},
): OperatorFunction<D, readonly E[]> {
  const { maxGroup = 256, weigh = () => 1, scheduler = asyncScheduler } = options;
  const restBelow = Math.min(options.restBelow ?? maxGroup, maxGroup);
  return (source) =>
    new Observable<readonly E[]>((subscriber) => {
      let group: D[] = [];
      let weight = 0;
      const rest = new CommitRest();
      let planned: Subscription | undefined;
      let afterRest = false;
      let flushing = false;
      let end: (() => void) | undefined;

      const write = (): void => {
        planned?.unsubscribe();
        planned = undefined;
        if (group.length === 0 || subscriber.closed) return;
        const drafts = group;
        group = [];
        weight = 0;
        const startedAt = scheduler.now();
        let events: readonly E[];
        try {
          events = journal.commit(drafts);
        } catch (error) {
          subscriber.error(error);
          return;
        }
        rest.begin(startedAt, scheduler.now());
        subscriber.next(events);
      };

      const plan = (): void => {
        const enough = weight >= restBelow;
        if (planned !== undefined && !(enough && afterRest)) return;
        planned?.unsubscribe();
        afterRest = !enough;
        planned = scheduler.schedule(flush, enough ? 0 : rest.leftMs(scheduler.now()));
      };

      // A commit or its events may bring about further drafts, and the end: they wait, or they would overtake the events in hand.
      const flush = (): void => {
        if (flushing) return;
        flushing = true;
        do write();
        while (end !== undefined && group.length > 0 && !subscriber.closed);
        flushing = false;
        if (end !== undefined) end();
        else if (group.length > 0 && !subscriber.closed) plan();
      };

      // Before subscribing, so that a source that emits at once is left at once. It completes by that, and takes back what is planned.
      const over$ = new Subject<void>();
      subscriber.add(() => over$.next());
      source.pipe(takeUntil(over$)).subscribe({
        next: (draft) => {
          group.push(draft);
          weight += weigh(draft);
          if (flushing) return;
          if (weight >= maxGroup) flush();
          else plan();
        },
        error: (error: unknown) => {
          end = () => subscriber.error(error);
          flush();
        },
        complete: () => {
          end = () => subscriber.complete();
          flush();
        },
      });
    });
}
