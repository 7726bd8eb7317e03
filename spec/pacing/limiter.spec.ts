import { asyncScheduler, map, mergeMap, Subject, tap, timer, type Observable } from 'rxjs';
import { Limiter, type LimiterOptions } from '../../lib/pacing/limiter.js';
import type { Permit } from '../../lib/pacing/permit.js';
import { LimiterRegistry } from '../../lib/pacing/limiter-registry.js';
import { marbles } from '../support/marbles.js';

/** Jitter at its most: `random: () => 1`. */
const limiter = (options: LimiterOptions = {}): Limiter =>
  new Limiter({ scheduler: asyncScheduler, random: () => 1, ...options });

/** Emits the name when it is let in; says nothing of how it went. */
const enter = (gate: Limiter, name: string, tokens = 1): Observable<string> => gate.admit(tokens).pipe(map(() => name));

/** Lets in, and is refused or succeeds `tookMs` later. */
const request = (gate: Limiter, name: string, tookMs: number, end: (permit: Permit) => void): Observable<string> =>
  gate.admit(1).pipe(mergeMap((permit) => timer(tookMs).pipe(tap(() => end(permit)), map(() => name)))); // prettier-ignore

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
    'holds everybody for as long as the refusal said, and opens with half as many',
    marbles(({ expectObservable, cold }) => {
      const gate = limiter();
      const refused$ = cold('(abcd)').pipe(
        mergeMap((name) => request(gate, name, 1, (permit) => permit.refused({ waitMs: 5_000 }))),
      );
      const later$ = cold('---(efgh|)').pipe(
        mergeMap((name) => request(gate, name, 10, (permit) => permit.succeeded())),
      );
      expectObservable(refused$).toBe('-(abcd)');
      // Four were in flight: two may be now, and one more for each success.
      expectObservable(later$).toBe('--- 5008ms (ef) 6ms (gh|)');
    }),
  );

  it(
    'takes the longest of several waits',
    marbles(({ expectObservable, cold }) => {
      const gate = limiter();
      const waits: Readonly<Record<string, number>> = { a: 5_000, b: 100 };
      const refused$ = cold('(ab)').pipe(
        mergeMap((name) => request(gate, name, 1, (permit) => permit.refused({ waitMs: waits[name] }))),
      );
      expectObservable(refused$).toBe('-(ab)');
      expectObservable(cold('-----c').pipe(mergeMap((name) => enter(gate, name)))).toBe('- 5000ms c');
    }),
  );

  it(
    'waits by itself where the provider names no time: longer with each refused attempt',
    marbles(({ expectObservable, cold }) => {
      const gate = limiter();
      const once = (name: string): Observable<string> => request(gate, name, 0, (permit) => permit.refused());
      const tries$ = cold('(abc|)').pipe(mergeMap(once, 1));
      // Half the base plus the backoff at its full: 1.5 s, 2.5 s, then 4.5 s.
      expectObservable(tries$).toBe('a 1499ms b 2499ms (c|)');
      expectObservable(cold('4001ms d').pipe(mergeMap((name) => enter(gate, name)))).toBe('8500ms d');
    }),
  );

  it('halves the window once for all that were sent before the refusal', () => {
    let now = 0;
    const gate = limiter({ scheduler: clock(() => now) });
    const permits: Permit[] = [];
    for (let n = 0; n < 16; n++) gate.admit(1).subscribe((permit) => permits.push(permit));
    now = 10;
    for (const permit of permits) permit.refused({ waitMs: 1_000 });
    expect(gate.state).toMatchObject({ state: 'held', until: 1_010, waiting: 0, refusals: 16 });
    now = 2_000;
    const second: Permit[] = [];
    for (let n = 0; n < 16; n++) gate.admit(1).subscribe((permit) => second.push(permit));
    expect(second).toHaveLength(8);
    // The next episode halves again.
    second[0]?.refused({ waitMs: 0 });
    for (const permit of second.slice(1)) permit.released();
    expect(second).toHaveLength(8 + 4);
  });

  it('opens by one more for each success, and not for what failed otherwise', () => {
    let now = 0;
    const gate = limiter({ scheduler: clock(() => now) });
    const permits: Permit[] = [];
    const ask = (count: number): void => {
      for (let n = 0; n < count; n++) gate.admit(1).subscribe((permit) => permits.push(permit));
    };
    ask(4);
    now = 1;
    for (const permit of permits.splice(0)) permit.refused({ waitMs: 0 });
    now = 2;
    ask(20);
    expect(permits).toHaveLength(2);
    permits[0]?.released();
    expect(permits).toHaveLength(3);
    permits[1]?.succeeded();
    expect(permits).toHaveLength(5);
  });

  it('counts a permit once, whatever is called on it', () => {
    let now = 0;
    const gate = limiter({ scheduler: clock(() => now) });
    const permits: Permit[] = [];
    const ask = (): unknown => gate.admit(1).subscribe((permit) => permits.push(permit));
    [ask(), ask()].forEach(() => undefined);
    now = 1;
    permits[0]?.refused({ waitMs: 0 });
    permits[0]?.refused({ waitMs: 99_000 });
    permits[0]?.succeeded();
    permits[0]?.released();
    expect(gate.state).toMatchObject({ state: 'open', refusals: 1 });
    now = 2;
    [ask(), ask()].forEach(() => undefined);
    // A window of one, and one is still in flight.
    expect(permits).toHaveLength(2);
    permits[1]?.released();
    expect(permits).toHaveLength(3);
  });

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

  it('says how long it has refused everything, until something succeeds or it is forgiven', () => {
    let now = 1_000;
    const gate = limiter({ scheduler: clock(() => now) });
    const permit = (): Permit => {
      let got: Permit | undefined;
      gate.admit(1).subscribe((given) => (got = given));
      return got!;
    };
    expect(gate.stalledMs).toBe(0);
    permit().refused({ waitMs: 60_000 });
    expect(gate.stalledMs).toBe(60_000);
    now += 61_000;
    permit().refused({ waitMs: 10_000 });
    expect(gate.stalledMs).toBe(71_000);
    now += 20_000;
    const open = permit();
    expect(gate.stalledMs).toBe(81_000);
    open.succeeded();
    expect(gate.stalledMs).toBe(0);
    permit().refused({ waitMs: 5_000 });
    gate.forgive();
    expect(gate.stalledMs).toBe(0);
  });

  it(
    'tells when it begins and ceases to hold',
    marbles(({ cold, expectObservable }) => {
      const gate = limiter();
      const request$ = cold('-a').pipe(
        mergeMap((name) => request(gate, name, 0, (permit) => permit.refused({ waitMs: 500 }))),
      );
      expectObservable(request$).toBe('-a');
      expectObservable(cold('--b').pipe(mergeMap((name) => enter(gate, name)))).toBe('- 500ms b');
      expectObservable(gate.changes$.pipe(map(() => gate.state.state === 'held' ? 'h' : 'o'))).toBe('-h 499ms o'); // prettier-ignore
    }),
  );

  it('lets any number pass that answer at once', () => {
    let now = 0;
    const gate = limiter({ scheduler: clock(() => now) });
    let first: Permit | undefined;
    gate.admit(1).subscribe((permit) => (first = permit));
    now = 1;
    first?.refused({ waitMs: 0 });
    now = 2;
    let held: Permit | undefined;
    gate.admit(1).subscribe((permit) => (held = permit));
    let passed = 0;
    for (let n = 0; n < 20_000; n++) {
      gate.admit(1).subscribe({
        next: (permit) => {
          passed++;
          permit.succeeded();
        },
        error: (error: unknown) => {
          throw error;
        },
      });
    }
    held?.succeeded();
    expect(passed).toBe(20_000);
  });
});

describe('limits set by hand', () => {
  /** Requests let in within so many milliseconds, by those who keep asking. */
  const passing = (gate: () => Limiter, forMs: number, step: (now: number) => void): number => {
    let passed = 0;
    for (let now = 0; now < forMs; now += 100) {
      step(now);
      const permit = gate().tryAdmit(1);
      if (permit === undefined) continue;
      permit.succeeded();
      passed++;
    }
    return passed;
  };

  it('change while it runs: the newest win, at once for those who wait', () => {
    const planned: { work: () => void; delay: number }[] = [];
    let now = 0;
    const scheduler = {
      now: () => now,
      schedule: (work: () => void, delay: number) => (planned.push({ work, delay }), { unsubscribe: () => undefined }),
    };
    const gate = limiter({ scheduler: scheduler as never, requestsPerMinute: 1 });
    const seen: string[] = [];
    for (const name of ['a', 'b']) enter(gate, name).subscribe((entered) => seen.push(entered));
    expect(seen).toEqual(['a']);
    now = 1_000;
    gate.configure({});
    expect(seen).toEqual(['a', 'b']);
  });

  it('of two jobs on one limiter do not undo each other', () => {
    let now = 0;
    const registry = new LimiterRegistry({ scheduler: clock(() => now), random: () => 1 });
    const slow = { requestsPerMinute: 60 };
    const fast = { requestsPerMinute: 120 };
    let turn = 0;
    const gate = (): Limiter => registry.limiter('scope', 'model', turn++ % 2 === 0 ? slow : fast);
    const passed = passing(gate, 60_000, (at) => (now = at));
    expect(passed).toBeGreaterThanOrEqual(55);
    expect(passed).toBeLessThanOrEqual(125);
  });

  it('belong to one scope and model', () => {
    const registry = new LimiterRegistry({ scheduler: asyncScheduler, random: () => 1 });
    const limits = { requestsPerMinute: undefined, tokensPerMinute: undefined };
    const one = registry.limiter('a', 'm', limits);
    expect(registry.limiter('a', 'm', limits)).toBe(one);
    expect(registry.limiter('a', 'n', limits)).not.toBe(one);
    expect(registry.limiter('b', 'm', limits)).not.toBe(one);
    expect(registry.limiter('a', undefined, limits)).not.toBe(one);
    expect(registry.limiter('a', undefined, limits)).toBe(registry.limiter('a', undefined, limits));
  });
});

/** A scheduler whose time is ours and whose work never comes. */
function clock(now: () => number): NonNullable<LimiterOptions['scheduler']> {
  return { now, schedule: () => new Subject().subscribe() } as never;
}
