import { mergeMap, map, VirtualTimeScheduler } from 'rxjs';
import { marbles } from '../support/marbles.js';
import { ask, clock, enter, limiter } from './support/gate.js';

describe('Limiter', () => {
  it(
    'lets everybody in at once where nothing is limited',
    marbles(({ cold, expectObservable }) => {
      const gate = limiter();
      expectObservable(cold('(abc)-d|').pipe(mergeMap((name) => enter(gate, name)))).toBe('(abc)-d|');
    }),
  );

  it(
    'spaces requests: one second’s worth at once, then evenly, first come first served',
    marbles(({ cold, expectObservable }) => {
      const gate = limiter({ requestsPerMinute: 120 });
      const requests$ = cold('(abcde|)').pipe(mergeMap((name) => enter(gate, name)));
      expectObservable(requests$).toBe('(ab) 496ms c 499ms d 499ms (e|)');
    }),
  );

  it(
    'spaces tokens: a request waits until what it takes has flowed in',
    marbles(({ cold, expectObservable }) => {
      const gate = limiter({ tokensPerMinute: 60_000 });
      const sizes: Readonly<Record<string, number>> = { a: 600, b: 600, c: 100 };
      const requests$ = cold('(abc|)').pipe(mergeMap((name) => enter(gate, name, sizes[name])));
      expectObservable(requests$).toBe('a 199ms b 99ms (c|)');
    }),
  );

  it(
    'lets a request larger than the bucket through when it is full, and makes the next one pay',
    marbles(({ cold, expectObservable }) => {
      const gate = limiter({ tokensPerMinute: 60_000 });
      const sizes: Readonly<Record<string, number>> = { a: 10, b: 5_000, c: 10 };
      const requests$ = cold('(abc|)').pipe(mergeMap((name) => enter(gate, name, sizes[name])));
      expectObservable(requests$).toBe('a 9ms b 4009ms (c|)');
    }),
  );

  it(
    'does not let a small request pass a large one that waits',
    marbles(({ cold, expectObservable }) => {
      const gate = limiter({ tokensPerMinute: 60_000 });
      const sizes: Readonly<Record<string, number>> = { a: 1_000, b: 1_000, c: 1 };
      const requests$ = cold('(ab)--c|').pipe(mergeMap((name) => enter(gate, name, sizes[name])));
      expectObservable(requests$).toBe('a 999ms b (c|)');
    }),
  );

  it(
    'lets jobs take turns, however many requests each has waiting',
    marbles(({ cold, expectObservable }) => {
      const gate = limiter({ requestsPerMinute: 60 });
      const flows: Readonly<Record<string, string>> = { a: '', b: 'one', c: 'one', d: 'one', x: 'two', y: 'two' };
      const requests$ = cold('(abcdxy|)').pipe(
        mergeMap((name) => gate.admit(1, undefined, flows[name]).pipe(map(() => name))),
      );
      expectObservable(requests$).toBe('a 999ms b 999ms x 999ms c 999ms y 999ms (d|)');
    }),
  );

  it(
    'forgets those who left the queue',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const gate = limiter({ requestsPerMinute: 60 });
      expectObservable(enter(gate, 'a')).toBe('(a|)');
      expectObservable(enter(gate, 'b'), '---!').toBe('---');
      expectObservable(cold('-c').pipe(mergeMap((name) => enter(gate, name)))).toBe('1000ms c');
      const waiting: number[] = [];
      for (const at of [2, 4, 1_001]) scheduler.schedule(() => waiting.push(gate.state.waiting), at);
      flush();
      expect(waiting).toEqual([2, 1, 0]);
    }),
  );

  it(
    'lets those who wait go without a permit when the run stops',
    marbles(({ hot, expectObservable, flush }) => {
      const gate = limiter({ requestsPerMinute: 1 });
      expectObservable(gate.admit(1).pipe(map(() => 'a'))).toBe('(a|)');
      expectObservable(gate.admit(1, hot('---s'))).toBe('---|');
      expectObservable(gate.admit(1, hot('--#'))).toBe('--|');
      flush();
      expect(gate.state.waiting).toBe(0);
    }),
  );

  it('keeps no timer for nobody', () => {
    const planned = new Set<object>();
    const scheduler = {
      now: () => 0,
      schedule: () => {
        const task = { unsubscribe: () => planned.delete(task), closed: false };
        planned.add(task);
        return task;
      },
    };
    const gate = limiter({ scheduler: scheduler as never, requestsPerMinute: 1 });
    gate.admit(1).subscribe();
    const waiting = [gate.admit(1).subscribe(), gate.admit(1).subscribe()];
    expect(planned.size).toBe(1);
    waiting.forEach((subscription) => subscription.unsubscribe());
    expect(planned.size).toBe(0);
  });

  it('counts a permit once, whatever is called on it', () => {
    let now = 0;
    const gate = limiter({ scheduler: clock(() => now) });
    const permits = ask(gate, 17);
    // A cold start: one of them waits.
    expect([permits.length, gate.state.waiting]).toEqual([16, 1]);
    now = 1;
    for (const end of ['succeeded', 'released', 'rejected', 'succeeded'] as const) permits[0]![end]();
    expect(permits[0]!.refused({ waitMs: 99_000 })).toBe(0);
    expect(permits[0]!.failed({ kind: 'broken', unreached: true, firstFailedAt: undefined })).toBe(false);
    expect(gate).toMatchObject({ successes: 1, state: { state: 'open', refusals: 0, waiting: 0 } });
    permits[1]!.refused({ waitMs: 500 });
    permits[1]!.refused({ waitMs: 99_000 });
    permits[1]!.succeeded();
    expect(gate).toMatchObject({ successes: 1, state: { state: 'held', until: 501, refusals: 1 } });
  });

  it('frees the place of a request that failed otherwise, and learns nothing from it', () => {
    const gate = limiter({ scheduler: clock(() => 0) });
    const permits = ask(gate, 20);
    expect([permits.length, gate.state.window]).toEqual([16, 16]);
    permits[0]!.released();
    expect([permits.length, gate.state.window]).toEqual([17, 16]);
  });

  it('lets any number pass that answer at once', () => {
    const scheduler = new VirtualTimeScheduler(undefined, Infinity);
    const gate = limiter({ scheduler });
    gate.admit(1).subscribe((permit) => permit.refused({ waitMs: 1_000 }));
    let passed = 0;
    for (let n = 0; n < 20_000; n++) {
      gate.admit(1).subscribe((permit) => {
        passed++;
        permit.succeeded();
      });
    }
    expect([passed, gate.state.waiting]).toEqual([0, 20_000]);
    scheduler.flush();
    expect([passed, gate.state.waiting, scheduler.now()]).toEqual([20_000, 0, 1_000]);
  });
});
