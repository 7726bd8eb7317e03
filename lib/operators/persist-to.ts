import {
  asyncScheduler,
  concatAll,
  Observable,
  type OperatorFunction,
  type SchedulerLike,
  type Subscription,
} from 'rxjs';

/** Where `persistTo` writes: one call is one transaction; what it returns is durable. */
export interface Journal<D, E> {
  commit(drafts: readonly D[]): readonly E[];
}

export interface PersistOptions<D = unknown> {
  /** Drafts in one transaction at most. Default 256. */
  readonly maxGroup?: number;
  /** Fewer drafts than these rest after a commit; so many are written on the next turn. Default: `maxGroup`, which is at once. */
  readonly restBelow?: number;
  /** How many a draft counts for, where one stands for several. Default 1. */
  readonly weigh?: (draft: D) => number;
  readonly scheduler?: SchedulerLike;
}

/** Between two commits is 24 times as long as the first one took, so that commits take a twenty-fifth of the thread. */
const restFactor = 24;
const longestRestMs = 50;

/**
 * Writes down what happened before telling anyone: drafts that arrive within a turn of the event loop share one
 * transaction, and the events it returns are emitted after it. A failed commit errors the stream; nothing of that group
 * was written or emitted. On completion the waiting group is written first.
 */
export function persistTo<D, E>(journal: Journal<D, E>, options: PersistOptions<D> = {}): OperatorFunction<D, E> {
  return (source) => source.pipe(persistGroups(journal, options), concatAll());
}

/** The same, with the events of a group together: what passes through ten operators passes once for all of them. */
export function persistGroups<D, E>(
  journal: Journal<D, E>,
  options: PersistOptions<D> = {},
): OperatorFunction<D, readonly E[]> {
  const { maxGroup = 256, restBelow = maxGroup, weigh = () => 1, scheduler = asyncScheduler } = options;
  return (source) =>
    new Observable<readonly E[]>((subscriber) => {
      let group: D[] = [];
      let weight = 0;
      let restMs = 0;
      let restedAt = 0;
      let planned: Subscription | undefined;
      let resting = false;
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
        const endedAt = scheduler.now();
        restMs = Math.min((endedAt - startedAt) * restFactor, longestRestMs);
        restedAt = endedAt + restMs;
        subscriber.next(events);
      };

      const plan = (): void => {
        if (planned !== undefined && (weight < restBelow || !resting)) return;
        planned?.unsubscribe();
        resting = weight < restBelow;
        // Never longer than the rest, should the clock be set back.
        const leftMs = Math.min(Math.max(restedAt - scheduler.now(), 0), restMs);
        planned = scheduler.schedule(flush, resting ? leftMs : 0);
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

      const upstream = source.subscribe({
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
      subscriber.add(upstream);
      subscriber.add(() => planned?.unsubscribe());
    });
}
