import { throwError } from 'rxjs';
import { pollDelay, pollUntil } from '../../lib/operators/poll-until.js';
import { marbles } from '../support/marbles.js';

describe('pollUntil', () => {
  it(
    'waits between answers, never overlaps, and emits the last one',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const answers = [cold('-a|'), cold('---b|'), cold('c|')] as const;
      let next = 0;
      const polls$ = pollUntil(
        () => answers[next++]!,
        (value) => value === 'c',
        { intervalMs: 60_000, growth: 1 },
      );
      expectObservable(polls$).toBe('-a 60s ---b 60s (c|)');
      expectSubscriptions(answers[0].subscriptions).toBe('^-!');
    }),
  );

  it(
    'waits longer each time, up to the cap',
    marbles(({ cold, expectObservable }) => {
      let left = 5;
      const polls$ = pollUntil(
        () => cold('(a|)'),
        () => --left === 0,
        { intervalMs: 10, maxIntervalMs: 40, growth: 2 },
      );
      expectObservable(polls$).toBe('a 9ms a 19ms a 39ms a 39ms (a|)');
    }),
  );

  it(
    'may begin with a wait',
    marbles(({ cold, expectObservable }) => {
      const polls$ = pollUntil(
        () => cold('(a|)'),
        () => true,
        { intervalMs: 10, firstMs: 5 },
      );
      expectObservable(polls$).toBe('5ms (a|)');
    }),
  );

  it(
    'leaves errors to the reader',
    marbles(({ expectObservable }) => {
      const no = new Error('no');
      expectObservable(
        pollUntil(
          () => throwError(() => no),
          () => true,
          { intervalMs: 10 },
        ),
      ).toBe('#', {}, no);
    }),
  );

  it('jitters to both sides and never overflows a timer', () => {
    const options = { intervalMs: 100, jitter: 0.1, growth: 1 };
    expect([0, 0.5, 1].map((value) => pollDelay(0, { ...options, random: () => value }))).toEqual([90, 100, 110]);
    expect(pollDelay(5, { intervalMs: 2 ** 31, jitter: 0 })).toBe(2 ** 31 - 1);
  });
});
