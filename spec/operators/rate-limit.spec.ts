import * as fc from 'fast-check';
import { concatMap, delay, from, map, merge, of, range, Subject, take, tap, VirtualTimeScheduler } from 'rxjs';
import { isBatchError } from '../../lib/core/errors.js';
import { rateLimit, type RateLimitOptions } from '../../lib/operators/rate-limit.js';
import { rateLimiter, type RateLimiterOptions } from '../../lib/operators/rate-limiter.js';
import { marbles } from '../support/marbles.js';
import { cpuTimer } from '../support/cpu-time.js';

const size = (value: string): number => value.length;

/** Limits of its own, and those of a limiter that is given. */
const forms: readonly (readonly [string, (options: RateLimiterOptions) => RateLimitOptions<string>])[] = [
  ['own limits', (options) => ({ ...options, tokens: size })],
  ['a shared limiter', (options) => ({ limiter: rateLimiter(options), tokens: size })],
];

describe.each(forms)('rateLimit with %s', (_name, form) => {
  it(
    'spaces out what comes too fast, in order, and completes with the last value',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('(abc|)');
      expectObservable(source$.pipe(rateLimit(form({ requestsPerMinute: 60 })))).toBe('a 999ms b 999ms (c|)');
      expectSubscriptions(source$.subscriptions).toBe('(^!)');
    }),
  );

  it(
    'lets through at once what is slower than the limit',
    marbles(({ cold, expectObservable }) => {
      const source$ = cold('a 999ms b 2s c|');
      expectObservable(source$.pipe(rateLimit(form({ requestsPerMinute: 60 })))).toBe('a 999ms b 2s c|');
    }),
  );

  it(
    'completes at once where nothing waits, and where nothing ever came',
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('a-|').pipe(rateLimit(form({ requestsPerMinute: 60 })))).toBe('a-|');
      expectObservable(cold('--|').pipe(rateLimit(form({ requestsPerMinute: 60 })))).toBe('--|');
    }),
  );

  it(
    'lets a burst go after a rest, one second’s worth or as told',
    marbles(({ cold, expectObservable }) => {
      const source$ = cold('(abcd)');
      expectObservable(source$.pipe(rateLimit(form({ requestsPerMinute: 120 })))).toBe('(ab) 496ms c 499ms d');
      expectObservable(source$.pipe(rateLimit(form({ requestsPerMinute: 60, burst: 3 })))).toBe('(abc) 995ms d');
    }),
  );

  it(
    'saves up no more than the burst',
    marbles(({ cold, expectObservable }) => {
      const source$ = cold('10m (abc|)');
      expectObservable(source$.pipe(rateLimit(form({ requestsPerMinute: 60, burst: 2 })))).toBe('10m (ab) 996ms (c|)');
    }),
  );

  it(
    'counts tokens',
    marbles(({ cold, expectObservable }) => {
      const values = { a: 'one', b: 'three', c: 'x' };
      const source$ = cold('(abc|)', values);
      // 6 tokens a second: 3 are left for the five of b after a.
      const limited$ = source$.pipe(rateLimit(form({ tokensPerMinute: 360 })));
      expectObservable(limited$).toBe('a 333ms b 166ms (c|)', values);
    }),
  );

  it(
    'lets a value above the burst go when all is saved up, and has those after it wait until it is paid for',
    marbles(({ cold, expectObservable }) => {
      const values = { a: 'x', b: 'x'.repeat(30), c: 'x' };
      const source$ = cold('(abc|)', values);
      const limited$ = source$.pipe(rateLimit(form({ tokensPerMinute: 600 })));
      expectObservable(limited$).toBe('a 99ms b 2099ms (c|)', values);
    }),
  );

  it(
    'holds what exceeds either limit',
    marbles(({ cold, expectObservable }) => {
      const values = { a: 'x', b: 'x'.repeat(120), c: 'x' };
      const source$ = cold('(abc|)', values);
      const limited$ = source$.pipe(rateLimit(form({ requestsPerMinute: 60, tokensPerMinute: 3_600, burst: 1 })));
      expectObservable(limited$).toBe('a 999ms b 1016ms (c|)', values);
    }),
  );

  it(
    'passes an error on at once, and drops what waits',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('(abc)-#');
      expectObservable(source$.pipe(rateLimit(form({ requestsPerMinute: 60 })))).toBe('a-----#');
      expectSubscriptions(source$.subscriptions).toBe('^-----!');
    }),
  );

  it(
    'leaves no timer behind when it is unsubscribed from',
    marbles(({ cold, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const source$ = cold('(abc)');
      expectObservable(source$.pipe(rateLimit(form({ requestsPerMinute: 60 }))), '^ 1500ms !').toBe('a 999ms b');
      expectSubscriptions(source$.subscriptions).toBe('^ 1500ms !');
      flush();
      expect(scheduler.now()).toBe(1_501);
    }),
  );

  it('stops a source that emits without end while it is being subscribed to', () => {
    const seen: string[] = [];
    let made = 0;
    range(0, Infinity)
      .pipe(
        tap(() => made++),
        map(String),
        rateLimit(form({ requestsPerMinute: 60 })),
        take(1),
      )
      .subscribe((value) => seen.push(value));
    expect([seen, made]).toEqual([['0'], 1]);
  });

  it('takes values that come while one is passed on', () => {
    const source = new Subject<string>();
    const seen: string[] = [];
    source.pipe(rateLimit(form({ requestsPerMinute: 60, burst: 10 }))).subscribe((value) => {
      if (value.length < 4) source.next(`${value}x`);
      seen.push(value);
    });
    source.next('x');
    expect(seen).toEqual(['x', 'xx', 'xxx', 'xxxx']);
  });

  it('never lets more than limit and burst go in a minute, keeps the order and loses nothing', () => {
    const arrivals = fc.array(
      fc.record({ pauseMs: fc.nat(20_000), tokens: fc.integer({ min: 0, max: 400 }), together: fc.boolean() }),
      { maxLength: 60 },
    );
    const perMinute = fc.integer({ min: 1, max: 600 });
    fc.assert(
      fc.property(perMinute, perMinute, fc.integer({ min: 1, max: 20 }), arrivals, (requests, tokens, burst, list) => {
        const scheduler = new VirtualTimeScheduler();
        const values = list.map(({ tokens: count }, n) => String(n).padEnd(count, '.'));
        const options = form({ requestsPerMinute: requests, tokensPerMinute: tokens, burst, scheduler });
        const gone: { readonly at: number; readonly value: string }[] = [];
        let completed = false;
        from(list)
          .pipe(
            concatMap(({ pauseMs, together }, n) => of(values[n]!).pipe(delay(together ? 0 : pauseMs, scheduler))),
            rateLimit(options),
          )
          .subscribe({
            next: (value) => gone.push({ at: scheduler.now(), value }),
            complete: () => (completed = true),
          });
        scheduler.flush();

        expect(completed).toBe(true);
        expect(gone.map(({ value }) => value)).toEqual(values);
        const savedTokens = Math.max(1, (tokens * burst) / requests);
        for (let first = 0; first < gone.length; first++) {
          const minute = gone.slice(first).filter(({ at }) => at - gone[first]!.at < 60_000);
          expect(minute.length).toBeLessThanOrEqual(requests + burst);
          // The last one may overdraw.
          const spent = minute.slice(0, -1).reduce((sum, { value }) => sum + value.length, 0);
          expect(spent).toBeLessThanOrEqual(tokens + savedTokens + 1e-3);
        }
      }),
    );
  });

  it('holds a million values that come at once', () => {
    const scheduler = new VirtualTimeScheduler();
    const options = form({ requestsPerMinute: 60_000_000, burst: 1_000, scheduler });
    const usedMs = cpuTimer();
    let count = 0;
    let last = '';
    range(0, 1_000_000)
      .pipe(map(String), rateLimit(options))
      .subscribe((value) => {
        count++;
        last = value;
      });
    expect(count).toBe(1_000);
    scheduler.flush();
    expect([count, last, scheduler.now()]).toEqual([1_000_000, '999999', 999]);
    expect(usedMs()).toBeLessThan(20_000);
  });
});

describe('rateLimit', () => {
  it('is nothing where there is no limit', () => {
    const source$ = of('a');
    expect(source$.pipe(rateLimit({}))).toBe(source$);
    expect(source$.pipe(rateLimit({ requestsPerMinute: undefined }))).toBe(source$);
  });

  it(
    'gives each subscription limits of its own',
    marbles(({ cold, expectObservable }) => {
      const limited$ = cold('(ab|)').pipe(rateLimit({ requestsPerMinute: 60 }));
      expectObservable(limited$).toBe('a 999ms (b|)');
      expectObservable(limited$, '-^').toBe('-a 999ms (b|)');
    }),
  );

  it(
    'errors with what tells the tokens, or when it tells none',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('-a');
      const thrown$ = source$.pipe(
        rateLimit({
          tokensPerMinute: 60,
          tokens: () => {
            throw 'error';
          },
        }),
      );
      expectObservable(thrown$).toBe('-#');
      expectSubscriptions(source$.subscriptions).toBe('^!');
    }),
  );

  it.each([Number.NaN, -1, Infinity])('refuses %d tokens', (count) => {
    let received: unknown;
    of('a')
      .pipe(rateLimit({ tokensPerMinute: 60, tokens: () => count }))
      .subscribe({ error: (error: unknown) => (received = error) });
    expect(isBatchError(received) && received.message).toBe(
      `rateLimit(): expected "tokens" to return a number from 0 up, got ${String(count)} (number)`,
    );
  });

  it.each<[RateLimitOptions<unknown>, string]>([
    [{ requestsPerMinute: 0 }, 'expected "requestsPerMinute" to be a number above 0, got 0 (number)'],
    [{ requestPerMinute: 60 } as object, 'unknown option "requestPerMinute"; did you mean "requestsPerMinute"?'],
    [{ requestsPerMinute: 60, burst: 0.5 }, 'expected "burst" to be a whole number from 1 up, got 0.5 (number)'],
    [
      { tokensPerMinute: 60, tokens: () => 1, burst: 5 },
      'expected "burst" to be left out where there is no "requestsPerMinute": it counts requests, got 5 (number)',
    ],
    [
      { tokensPerMinute: 60 },
      'expected "tokens" to be a function that tells the tokens of a value, such as (value) => value.prompt.length / 3, got undefined',
    ],
    [
      { limiter: {} as never },
      'expected "limiter" to be what rateLimiter({ requestsPerMinute: 500 }) returns, got an object',
    ],
    [
      { limiter: rateLimiter({}), requestsPerMinute: 5 },
      'expected "requestsPerMinute" to be left out where there is a "limiter": give it to rateLimiter(), got 5 (number)',
    ],
    [{ rpm: 60 } as object, 'unknown option "rpm"; did you mean "requestsPerMinute"?'],
    [60 as never, 'expected an options object, got 60 (number)'],
  ])('refuses %j', (options, message) => expect(() => rateLimit(options)).toThrow(`rateLimit(): ${message}`));
});

describe('rateLimiter', () => {
  it(
    'has streams take turns, however many values each has',
    marbles(({ cold, expectObservable }) => {
      const limiter = rateLimiter({ requestsPerMinute: 60 });
      const many$ = cold('(abcd|)').pipe(rateLimit({ limiter }));
      const few$ = cold('(yz|)').pipe(rateLimit({ limiter }));
      expectObservable(merge(many$, few$)).toBe('a 999ms b 999ms y 999ms c 999ms z 999ms (d|)');
    }),
  );

  it(
    'goes on with the next when the first in the queue leaves',
    marbles(({ cold, expectObservable }) => {
      const values = { a: 'x'.repeat(100), b: 'x'.repeat(50), c: 'x' };
      const limiter = rateLimiter({ tokensPerMinute: 6_000, requestsPerMinute: 6_000, burst: 100 });
      const stream = (marble: string) => cold(marble, values).pipe(rateLimit({ limiter, tokens: size }));
      expectObservable(stream('(ab)'), '^ 99ms !').toBe('a', values);
      expectObservable(stream('-c')).toBe('100ms c', values);
    }),
  );

  it(
    'uses up nothing for those who leave',
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const limiter = rateLimiter({ requestsPerMinute: 60 });
      expectObservable(cold('(ab)').pipe(rateLimit({ limiter })), '^ 99ms !').toBe('a');
      expectObservable(cold('-c').pipe(rateLimit({ limiter })), '^ 199ms !').toBe('');
      expectObservable(cold('--d').pipe(rateLimit({ limiter }))).toBe('1s d');
      flush();
      expect(scheduler.now()).toBe(1_000);
    }),
  );

  it('lets a stream leave while another is let through', () => {
    const scheduler = new VirtualTimeScheduler();
    const limiter = rateLimiter({ requestsPerMinute: 60, scheduler });
    const seen: string[] = [];
    const waiting = of('y')
      .pipe(delay(1, scheduler), rateLimit({ limiter }))
      .subscribe((value) => seen.push(value));
    of('a', 'b')
      .pipe(rateLimit({ limiter }))
      .subscribe((value) => {
        seen.push(value);
        if (value === 'b') waiting.unsubscribe();
      });
    of('z')
      .pipe(delay(2, scheduler), rateLimit({ limiter }))
      .subscribe((value) => seen.push(value));
    scheduler.flush();
    expect([seen, scheduler.now()]).toEqual([['a', 'b', 'z'], 2_000]);
  });

  it(
    'is asked directly, too',
    marbles(({ expectObservable }) => {
      const limiter = rateLimiter({ requestsPerMinute: 60 });
      expectObservable(limiter.admit()).toBe('(x|)', { x: undefined });
      expectObservable(limiter.admit(5)).toBe('1s (x|)', { x: undefined });
    }),
  );

  it('is not stopped by a clock that goes back', () => {
    let now = 1_000_000;
    const planned: number[] = [];
    const scheduler = {
      now: () => now,
      schedule: (_work: () => void, delayMs: number) => (planned.push(delayMs), { unsubscribe: () => undefined }),
    };
    const limiter = rateLimiter({ requestsPerMinute: 60, scheduler: scheduler as never });
    limiter.admit().subscribe();
    now = 0;
    limiter.admit().subscribe();
    expect(planned).toEqual([1_000]);
  });

  it('names a wrong option', () => {
    expect(() => rateLimiter({ tokensPerMinute: -1 })).toThrow(
      'rateLimiter(): expected "tokensPerMinute" to be a number above 0, got -1 (number)',
    );
  });
});
