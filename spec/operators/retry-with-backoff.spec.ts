import * as fc from 'fast-check';
import { defer, throwError, VirtualTimeScheduler } from 'rxjs';
import { retryWithBackoff } from '../../lib/operators/retry-with-backoff.js';
import { marbles } from '../support/marbles.js';

/** The longest wait each time. */
const random = (): number => 1;

describe('retryWithBackoff', () => {
  it(
    'waits after each failure, twice as long each time, and passes the last error on unchanged',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const error = new Error('no');
      const source$ = cold('-#', undefined, error);
      expectObservable(source$.pipe(retryWithBackoff({ maxAttempts: 4, baseMs: 10, random }))).toBe(
        '- 11ms 21ms 41ms #',
        undefined,
        error,
      );
      expectSubscriptions(source$.subscriptions).toBe(['^!', '11ms ^!', '32ms ^!', '73ms ^!']);
    }),
  );

  it(
    'has five attempts, half a second and full jitter where nothing is said',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('#');
      expectObservable(source$.pipe(retryWithBackoff({ random: () => 0.5 }))).toBe('3750ms #');
      expectSubscriptions(source$.subscriptions).toBe([
        '(^!)',
        '250ms (^!)',
        '750ms (^!)',
        '1750ms (^!)',
        '3750ms (^!)',
      ]);
    }),
  );

  it(
    'passes values and the end through, and tries again in the middle of a stream',
    marbles(({ cold, expectObservable }) => {
      const streams = [cold('a-#'), cold('b-|')];
      let next = 0;
      expectObservable(defer(() => streams[next++]!).pipe(retryWithBackoff({ baseMs: 5, random }))).toBe('a- 5ms b-|');
    }),
  );

  it(
    'waits no longer than the longest',
    marbles(({ cold, expectObservable }) => {
      const options = { maxAttempts: 6, baseMs: 100, maxMs: 150, random };
      expectObservable(cold('#').pipe(retryWithBackoff(options))).toBe('700ms #');
    }),
  );

  it(
    'waits as long as the server asks, even above the longest',
    marbles(({ cold, expectObservable }) => {
      const asked = new Map<unknown, number | undefined>([
        ['a', 20],
        ['b', 2],
        ['c', undefined],
        ['d', Number.NaN],
      ]);
      const errors = ['a', 'b', 'c', 'd', 'e'];
      let next = 0;
      const source$ = defer(() => cold('#', undefined, errors[next++]));
      const options = { baseMs: 5, maxMs: 5, random, delayFloor: (error: unknown) => asked.get(error) };
      expectObservable(source$.pipe(retryWithBackoff(options))).toBe('25ms 7ms 5ms 5ms #', undefined, 'e');
    }),
  );

  it(
    'gives up at once where another attempt is not worth it',
    marbles(({ cold, expectObservable, flush }) => {
      const attempts: unknown[] = [];
      const retryIf = (error: unknown, attempt: number): boolean => {
        attempts.push([error, attempt]);
        return attempt < 2;
      };
      expectObservable(cold('-#', undefined, 'gone').pipe(retryWithBackoff({ baseMs: 5, random, retryIf }))).toBe(
        '- 5ms -#',
        undefined,
        'gone',
      );
      flush();
      expect(attempts).toEqual([
        ['gone', 1],
        ['gone', 2],
      ]);
    }),
  );

  it(
    'errors with what its questions throw',
    marbles(({ cold, expectObservable }) => {
      const broken = (): never => {
        throw 'broken';
      };
      expectObservable(cold('-#').pipe(retryWithBackoff({ retryIf: broken }))).toBe('-#', undefined, 'broken');
      expectObservable(cold('-#').pipe(retryWithBackoff({ delayFloor: broken }))).toBe('-#', undefined, 'broken');
    }),
  );

  it(
    'counts every failure, or those since the last value',
    marbles(({ cold, expectObservable }) => {
      const options = { maxAttempts: 3, baseMs: 5, random };
      expectObservable(cold('a#').pipe(retryWithBackoff(options))).toBe('a 5ms a 10ms a#');
      expectObservable(cold('a#').pipe(retryWithBackoff({ ...options, resetOnSuccess: true })), '^ 20ms !').toBe(
        'a 5ms a 5ms a 5ms a',
      );
    }),
  );

  it(
    'leaves no timer behind when it is unsubscribed from',
    marbles(({ cold, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const source$ = cold('-#');
      expectObservable(source$.pipe(retryWithBackoff({ random })), '^ 99ms !').toBe('');
      expectSubscriptions(source$.subscriptions).toBe('^!');
      flush();
      expect(scheduler.now()).toBe(100);
    }),
  );

  it('is nothing with one attempt', () => {
    const source$ = throwError(() => new Error('no'));
    expect(source$.pipe(retryWithBackoff({ maxAttempts: 1 }))).toBe(source$);
  });

  it('never overflows a timer', () => {
    const planned: (number | undefined)[] = [];
    const scheduler = new VirtualTimeScheduler();
    const schedule = scheduler.schedule.bind(scheduler);
    scheduler.schedule = (work, delayMs, state) => (planned.push(delayMs), schedule(work, delayMs, state));
    throwError(() => new Error('no'))
      .pipe(retryWithBackoff({ delayFloor: () => 2 ** 40, scheduler }))
      .subscribe({ error: () => undefined });
    expect(planned).toEqual([2 ** 31 - 1]);
  });

  it('goes on for ever if told so, on a flat stack', () => {
    const scheduler = new VirtualTimeScheduler();
    let attempts = 0;
    defer(() => {
      if (++attempts === 20_000) return [];
      throw new Error('no');
    })
      .pipe(retryWithBackoff({ maxAttempts: Infinity, baseMs: 0, scheduler }))
      .subscribe();
    scheduler.flush();
    expect(attempts).toBe(20_000);
  });

  it('waits between nothing and the doubled base, for as many attempts as told', () => {
    const chance = fc.double({ min: 0, max: 1, noNaN: true });
    const options = fc.record({
      maxAttempts: fc.integer({ min: 1, max: 12 }),
      baseMs: fc.nat(5_000),
      maxMs: fc.nat(60_000),
    });
    fc.assert(
      fc.property(options, chance, ({ maxAttempts, baseMs, maxMs }, share) => {
        const scheduler = new VirtualTimeScheduler();
        const at: number[] = [];
        let received: unknown;
        defer(() => {
          at.push(scheduler.now());
          return throwError(() => new Error(String(at.length)));
        })
          .pipe(retryWithBackoff({ maxAttempts, baseMs, maxMs, random: () => share, scheduler }))
          .subscribe({ error: (error: unknown) => (received = error) });
        scheduler.flush();
        expect([at.length, received]).toEqual([maxAttempts, new Error(String(maxAttempts))]);
        for (let n = 1; n < at.length; n++) {
          expect(at[n]! - at[n - 1]!).toBeLessThanOrEqual(Math.min(maxMs, baseMs * 2 ** (n - 1)));
        }
      }),
    );
  });

  it.each<[object, string]>([
    [{ maxAttempts: 0 }, 'expected "maxAttempts" to be a whole number from 1 up, or Infinity, got 0 (number)'],
    [{ baseMs: -1 }, 'expected "baseMs" to be a number of milliseconds from 0 up, got -1 (number)'],
    [{ maxMs: '1s' }, 'expected "maxMs" to be a number of milliseconds, got "1s" (string)'],
    [{ retryIf: true }, 'expected "retryIf" to be a function, got true (boolean)'],
    [{ scheduler: 5 }, 'expected "scheduler" to be an RxJS scheduler, got 5 (number)'],
    [{ maxAttempt: 3 }, 'unknown option "maxAttempt"; did you mean "maxAttempts"?'],
  ])('refuses %j', (options, message) =>
    expect(() => retryWithBackoff(options)).toThrow(`retryWithBackoff(): ${message}`),
  );
});
