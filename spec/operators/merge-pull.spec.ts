import { count, EMPTY, NEVER, Observable, of, take, tap, throwError, timer, timestamp, type Subscription } from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';
import { DONE, IDLE, mergePull, type PullSource } from '../../lib/operators/merge-pull.js';
import { handClock } from '../support/hand-clock.js';
import { marbles } from '../support/marbles.js';

interface Counted<T> extends PullSource<T> {
  /** Values handed out. */
  pulled: number;
}

function sourceOf<T>(values: Iterable<T>, ready$: Observable<unknown> = NEVER): Counted<T> {
  const iterator = values[Symbol.iterator]();
  return {
    pulled: 0,
    ready$,
    pull() {
      const step = iterator.next();
      if (step.done === true) return DONE;
      this.pulled++;
      return step.value;
    },
  };
}

function* upTo(count: number): Generator<number> {
  for (let n = 1; n <= count; n++) yield n;
}

describe('mergePull', () => {
  it(
    'keeps its slots filled and completes with the last of them',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const inner = { a: cold('--a|'), b: cold('-----b|'), c: cold('--c----|') };
      const merged$ = mergePull(sourceOf(['a', 'b', 'c'] as const), (name) => inner[name], { concurrency: 2 });
      expectObservable(merged$).toBe('--a--(bc)-|');
      expectSubscriptions(inner.a.subscriptions).toBe('^--!');
      expectSubscriptions(inner.b.subscriptions).toBe('^-----!');
      expectSubscriptions(inner.c.subscriptions).toBe('---^------!');
    }),
  );

  it(
    'opens its slots as it is told, never more than there are',
    marbles(({ cold, expectObservable, flush }) => {
      const source = sourceOf(upTo(100));
      const opening$ = cold('a--b---c|', { a: 1, b: 2, c: 9 });
      const pulled: number[] = [];
      const project = (): Observable<never> => {
        pulled.push(source.pulled);
        return NEVER;
      };
      expectObservable(mergePull(source, project, { concurrency: 3, opening$ }), '^-----!').toBe('-');
      flush();
      expect(pulled).toEqual([1, 2]);
      const wide = sourceOf(upTo(100));
      expectObservable(
        mergePull(wide, () => NEVER, { concurrency: 3, opening$ }),
        '^---------!',
      ).toBe('-');
      flush();
      expect(wide.pulled).toBe(3);
    }),
  );

  it('fails where what opens them does', () => {
    const seen: unknown[] = [];
    const opening$ = throwError(() => new Error('broken'));
    mergePull(sourceOf(upTo(3)), () => NEVER, { concurrency: 3, opening$ }).subscribe({
      error: (error: unknown) => seen.push(error),
    });
    expect(seen).toEqual([new Error('broken')]);
  });

  it(
    'asks for nothing it has no slot for',
    marbles(({ cold, expectObservable, flush }) => {
      const source = sourceOf(upTo(100));
      let open = 0;
      let over = 0;
      const project = (): Observable<string> => {
        open++;
        expect(open).toBeLessThanOrEqual(2);
        expect(source.pulled).toBeLessThanOrEqual(over + 2);
        return cold('----(x|)').pipe(tap({ complete: () => [open--, over++] }));
      };
      expectObservable(mergePull(source, project, { concurrency: 2 }), '^--------!').toBe('----(xx)(xx)');
      flush();
      expect(source.pulled).toBe(6);
    }),
  );

  it(
    'completes at once where there is nothing',
    marbles(({ expectObservable }) => {
      expectObservable(mergePull(sourceOf([]), () => of(1), { concurrency: 2 })).toBe('|');
    }),
  );

  it(
    'rests on IDLE until it is told that there may be more',
    marbles(({ cold, hot, expectObservable }) => {
      const answers: (string | typeof IDLE | typeof DONE)[] = ['a', IDLE, IDLE, 'b', IDLE, IDLE, DONE];
      const source = { ready$: hot('-----x---x---x'), pull: () => answers.shift() ?? DONE };
      // The end of an inner one asks too: hence two IDLE each.
      expectObservable(mergePull(source, (name) => cold('-(x|)', { x: name }), { concurrency: 5 })).toBe('-a----b--|');
    }),
  );

  it(
    'ends with the first error, of an inner one, and lets go of the others',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const inner = { a: cold('----a|'), b: cold('--#') };
      expectObservable(mergePull(sourceOf(['a', 'b'] as const), (name) => inner[name], { concurrency: 2 })).toBe('--#');
      expectSubscriptions(inner.a.subscriptions).toBe('^-!');
    }),
  );

  it.each([
    ['the source', { ready$: NEVER, pull: () => { throw new Error('broken'); } }, () => EMPTY], // prettier-ignore
    ['the projection', sourceOf([1]), () => { throw new Error('broken'); }], // prettier-ignore
    ['an inner one', sourceOf([1]), () => throwError(() => new Error('broken'))],
    ['the signal', { ready$: throwError(() => new Error('broken')), pull: () => IDLE }, () => EMPTY],
  ] as readonly [string, PullSource<number>, () => Observable<never>][])(
    'errors when %s throws',
    (_what, source, project) => {
      const seen: unknown[] = [];
      mergePull(source, project, { concurrency: 2 }).subscribe({ error: (error: unknown) => seen.push(error) });
      expect(seen).toEqual([new Error('broken')]);
    },
  );

  it(
    'unsubscribing lets go of every inner one and asks no more',
    marbles(({ cold, expectObservable, expectSubscriptions, flush }) => {
      const inner = cold('----a|');
      const source = sourceOf(upTo(10));
      expectObservable(
        mergePull(source, () => inner, { concurrency: 2 }),
        '^--!',
      ).toBe('----');
      expectSubscriptions(inner.subscriptions).toBe(['^--!', '^--!']);
      flush();
      expect(source.pulled).toBe(2);
    }),
  );

  it('asks no more once its subscriber has had enough, in the middle of a synchronous run', () => {
    const source = sourceOf(upTo(1_000));
    const seen: number[] = [];
    mergePull(source, (n) => of(n), { concurrency: 8 })
      .pipe(take(5))
      .subscribe((n) => seen.push(n));
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    expect(source.pulled).toBe(5);
  });

  it('lets go of an inner one whose first value was enough', () => {
    let open = 0;
    const inner$ = new Observable<number>((subscriber) => {
      open++;
      subscriber.next(1);
      return () => open--;
    });
    mergePull(sourceOf([1, 2, 3]), () => inner$, { concurrency: 2 })
      .pipe(take(1))
      .subscribe();
    expect(open).toBe(0);
  });

  it.each([1, 2, 5])('goes on after a turn of %p values, and leaves no turn planned', (turn) => {
    const { scheduler, planned, run } = handClock();
    const source = sourceOf(upTo(100));
    const merged$ = mergePull(source, (n) => of(n), { concurrency: 2, turn, scheduler });
    const subscription = merged$.subscribe();
    expect(source.pulled).toBe(turn);
    run();
    expect(source.pulled).toBe(2 * turn);
    expect(planned()).toBe(1);
    subscription.unsubscribe();
    expect(planned()).toBe(0);
  });

  it('is linear in its source, with inner ones that answer at once', async () => {
    const cost = async (count: number): Promise<number> => {
      const source = sourceOf(upTo(count));
      const started = process.cpuUsage();
      let sum = 0;
      await new Promise<void>((resolve, reject) => {
        mergePull(source, (n) => of(n), { concurrency: 8 }).subscribe({
          next: (n) => (sum += n),
          error: reject,
          complete: resolve,
        });
      });
      expect(sum).toBe((count * (count + 1)) / 2);
      const { user, system } = process.cpuUsage(started);
      return user + system;
    };
    await cost(20_000);
    const small = await cost(20_000);
    const large = await cost(200_000);
    // Ten times the items; what reads ahead into an array takes hundreds of times as long.
    expect(large).toBeLessThan(small * 60 + 200_000);
  }, 20_000);

  it('holds no more memory for a long source than for a short one', async () => {
    let seen = 0;
    const source = sourceOf(upTo(20_000));
    let finalizers = 0;
    await new Promise<void>((resolve, reject) => {
      const merged$ = mergePull(source, (n) => (n % 2 === 0 ? of(n) : timer(0)), { concurrency: 64 });
      const subscription = merged$.subscribe({ next: () => seen++, error: reject, complete: resolve });
      const inspect = setInterval(() => {
        const { _finalizers } = subscription as unknown as { _finalizers: unknown[] | null };
        finalizers = Math.max(finalizers, _finalizers?.length ?? 0);
        if (subscription.closed) clearInterval(inspect);
      }, 5);
    });
    expect(seen).toBe(20_000);
    expect(finalizers).toBeLessThan(64 + 5);
  });

  it('lets the event loop have a turn after so many', async () => {
    let turned = 0;
    const source = sourceOf(upTo(1_000));
    const watch = setImmediate(function again() {
      turned++;
      if (source.pulled < 1_000) setImmediate(again);
    });
    await new Promise<void>((resolve) => {
      mergePull(source, (n) => of(n), { concurrency: 4, turn: 100 }).subscribe({ complete: resolve });
      expect(source.pulled).toBe(100);
    });
    clearImmediate(watch);
    expect(turned).toBeGreaterThan(3);
  });

  it(
    'keeps its slots filled across turns, where the inner ones take turns themselves',
    marbles(({ cold, expectObservable }, scheduler) => {
      // As with Node, where the shortest timer takes as long as several turns.
      const timers = { now: () => scheduler.now(), schedule: slower } as unknown as TestScheduler;
      function slower(...[work, delay = 0, state]: Parameters<TestScheduler['schedule']>): Subscription {
        return scheduler.schedule(work, Math.max(delay, 3), state);
      }
      const merged$ = mergePull(sourceOf(upTo(60)), () => cold('-(x|)'), {
        concurrency: 2,
        turn: 16,
        scheduler: timers,
      });
      expectObservable(merged$.pipe(count(), timestamp(scheduler))).toBe('30ms (n|)', {
        n: { value: 60, timestamp: 30 },
      });
    }),
  );
});
