import { map, mergeMap, timestamp, VirtualTimeScheduler, type Observable } from 'rxjs';
import type { Permit } from '../../lib/pacing/permit.js';
import { marbles } from '../support/marbles.js';
import { ask, clock, enter, limiter, request } from './support/gate.js';

describe('a refusal', () => {
  it(
    'holds everybody for as long as it says',
    marbles(({ expectObservable, cold }) => {
      const gate = limiter();
      const end = (name: string) => (permit: Permit) =>
        name === 'd' ? permit.refused({ waitMs: 5_000 }) : permit.succeeded();
      const first$ = cold('(abcd)').pipe(mergeMap((name) => request(gate, name, 1, end(name))));
      expectObservable(first$).toBe('-(abcd)');
      expectObservable(cold('---(efg)-h|').pipe(mergeMap((name) => enter(gate, name)))).toBe('- 5000ms (efgh|)');
    }),
  );

  it(
    'that asks for a shorter wait than another does not open the gate',
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
    'is told, and so is the end of the hold',
    marbles(({ cold, expectObservable }) => {
      const gate = limiter();
      const request$ = cold('-a').pipe(
        mergeMap((name) => request(gate, name, 0, (permit) => permit.refused({ waitMs: 500 }))),
      );
      expectObservable(request$).toBe('-a');
      expectObservable(cold('--b').pipe(mergeMap((name) => enter(gate, name)))).toBe('- 500ms b');
      const state$ = gate.changes$.pipe(map(() => (gate.state.state === 'held' ? 'h' : 'o')));
      expectObservable(state$).toBe('-h 499ms o');
    }),
  );

  it(
    'is over once, though those who waited go one by one',
    marbles(({ cold, expectObservable }) => {
      const gate = limiter({ requestsPerMinute: 60 });
      const first$ = cold('a').pipe(
        mergeMap((name) => request(gate, name, 0, (permit) => permit.refused({ waitMs: 3_000 }))),
      );
      expectObservable(first$).toBe('a');
      const waiting$ = cold('-(bcd|)').pipe(mergeMap((name) => request(gate, name, 0, (permit) => permit.succeeded())));
      expectObservable(waiting$).toBe('3s b 999ms c 999ms (d|)');
      expectObservable(gate.changes$.pipe(map(() => gate.state.state))).toBe('h 2999ms o', { h: 'held', o: 'open' });
    }),
  );

  it('of a request that is refused alone holds nobody', () => {
    const gate = limiter({ scheduler: clock(() => 1_000) });
    const [permit] = ask(gate, 1);
    expect(permit!.refused({ waitMs: 9_000, alone: true })).toBe(9_000);
    expect(gate.state).toMatchObject({ state: 'open', refusals: 0, window: 16 });
  });

  it.each([
    [undefined, 1_000],
    [7_000, 7_000],
  ])('held to be chance (told to wait: %p) keeps that one request away for %p ms, and nobody else', (waitMs, away) => {
    let now = 0;
    const gate = limiter({ scheduler: clock(() => now) });
    const next = (): Permit => {
      for (;;) {
        const permit = gate.tryAdmit(1);
        if (permit !== undefined) return permit;
        now += 10;
      }
    };
    const waits: number[] = [];
    for (let n = 0; n < 100; n++) {
      for (let k = 0; k < 19; k++) {
        now += 10 + 4 * n;
        next().succeeded();
      }
      waits.push(next().refused({ waitMs }));
      if (waits.at(-1) !== 0) break;
      expect(gate.state.state).toBe('held');
    }
    expect(waits.length).toBeGreaterThan(4);
    expect([waits.at(-1), gate.state.state]).toEqual([away, 'open']);
  });

  it('of many at once is one episode: it is cut for once', () => {
    let now = 0;
    const gate = limiter({ scheduler: clock(() => now), concurrency: 4_000 });
    const permits = ask(gate, 900);
    for (; permits.length > 600; now += 5) permits.pop()!.succeeded();
    permits.pop()!.refused({ waitMs: 100 });
    const { window, requests } = gate.state;
    expect(requests).toMatchObject({ source: 'search' });
    for (const permit of permits.splice(0, 100)) permit.refused({ waitMs: 100 });
    expect(gate.state).toMatchObject({ window, requests, refusals: 101, until: now + 100 });
  });

  it('that says what is left is kept to, and nothing is searched', () => {
    const gate = limiter({ scheduler: clock(() => 1_000) });
    const [permit] = ask(gate, 1);
    permit!.refused({ limits: { requests: { limit: 60, remaining: 0, resetMs: 60_000 } } });
    expect(gate.state).toMatchObject({
      state: 'open',
      window: null,
      requests: { perMinute: 60, source: 'provider' },
    });
    expect(ask(gate, 1)).toHaveLength(0);
  });
});

describe('the cooldown', () => {
  /** Tries one at a time; each is refused at once, until there are no more. */
  const tries = (names: Observable<string>, waitMs?: number): Observable<string> => {
    const gate = limiter();
    return names.pipe(mergeMap((name) => request(gate, name, 0, (permit) => permit.refused({ waitMs })), 1));
  };

  it(
    'is our own where the provider names no time: longer with each episode',
    marbles(({ expectObservable, cold }) => {
      expectObservable(tries(cold('(abcd|)'))).toBe('a 749ms b 1249ms c 2249ms (d|)');
    }),
  );

  it(
    'is what the provider asks for, at first',
    marbles(({ expectObservable, cold }) => {
      expectObservable(tries(cold('(abcd|)'), 20)).toBe('a 19ms b 19ms c 19ms (d|)');
    }),
  );

  it(
    'has a floor after a long row of refusals without one success',
    marbles(({ cold, flush }, scheduler) => {
      const at: number[] = [];
      tries(cold(`(${'a'.repeat(24)}|)`), 20)
        .pipe(timestamp(scheduler))
        .subscribe(({ timestamp }) => at.push(timestamp));
      flush();
      const waits = at.slice(1).map((time, n) => time - at[n]!);
      const floor = waits.findIndex((waitMs) => waitMs > 20);
      expect(floor).toBeGreaterThan(8);
      for (let n = floor; n < waits.length; n++) expect(waits[n]).toBeGreaterThan(1.5 * waits[n - 1]!);
      expect(waits.at(-1)).toBeGreaterThan(10_000);
    }),
  );

  it('says how long all was refused, until something succeeds or it is forgiven', () => {
    let now = 1_000;
    const gate = limiter({ scheduler: clock(() => now) });
    const permit = (): Permit => ask(gate, 1)[0]!;
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
});

describe('a quota of a day that is used up', () => {
  const day = { requests: { limit: 50, remaining: 0, resetMs: 86_400_000 } };

  it('keeps nobody waiting: those in the queue go without a permit, and are told until when', () => {
    const gate = limiter({ scheduler: clock(() => 1_000) });
    const [first] = ask(gate, 1);
    expect(gate.spentUntil(1)).toBeUndefined();
    first!.refused({ limits: day });
    const told: string[] = [];
    gate.admit(1).subscribe({ next: () => told.push('let in'), complete: () => told.push('over') });
    expect(told).toEqual(['over']);
    expect(gate.state.waiting).toBe(0);
    // One in half an hour is not worth the wait.
    expect(gate.spentUntil(1)).toBeGreaterThanOrEqual(1_000 + 86_400_000 / 50);
    expect(gate.spentUntil(1)).toBeLessThanOrEqual(1_000 + 86_400_000 / 25);
  });

  it('lets only those go who would wait that long', () => {
    const scheduler = new VirtualTimeScheduler(undefined, Infinity);
    const gate = limiter({ scheduler });
    const tokens = { limit: 100_000, remaining: 0, resetMs: 86_400_000 };
    ask(gate, 1, 100)[0]!.refused({ limits: { tokens } });
    const told: string[] = [];
    const admit = (name: string, size: number): unknown =>
      gate.admit(size, undefined, name).subscribe({
        next: (permit) => {
          told.push(`${name} in`);
          permit.released();
        },
        complete: () => told.push(`${name} over`),
      });
    admit('small', 10);
    admit('large', 50_000);
    admit('small', 10);
    expect(told).toEqual([]);
    scheduler.flush();
    expect(told).toEqual(['small in', 'small over', 'large over', 'small in', 'small over']);
  });

  it('is waited for where the next one comes soon', () => {
    const gate = limiter({ scheduler: clock(() => 0) });
    ask(gate, 1)[0]!.refused({ limits: { requests: { limit: 14_400, remaining: 0, resetMs: 86_400_000 } } });
    const told: string[] = [];
    gate.admit(1).subscribe({ complete: () => told.push('over') });
    expect([told, gate.state.waiting, gate.spentUntil(1)]).toEqual([[], 1, undefined]);
  });
});
