import { asyncScheduler } from 'rxjs';
import { Stragglers } from '../../lib/run/stragglers.js';
import { marbles } from '../support/marbles.js';

/** Twice the 95th percentile; twenty answers of so many milliseconds are known. */
function learned(ms: number, factor = 2): Stragglers {
  const stragglers = new Stragglers(factor, asyncScheduler);
  for (let n = 0; n < 20; n++) stragglers.answered(ms);
  return stragglers;
}

describe('Stragglers', () => {
  /** Watches attempts that begin as drawn and never end; letters come out when they are given up. */
  const watched = (stragglers: Stragglers, told: string[], straggles: Readonly<Record<string, number>> = {}) => {
    return (name: string): void => {
      stragglers.watch({
        sentAt: asyncScheduler.now(),
        straggles: straggles[name] ?? 0,
        giveUp: (afterMs) => told.push(`${name} ${asyncScheduler.now()} ${afterMs}`),
      });
    };
  };

  it(
    'gives up what takes so many times longer than nearly all others, each in its time',
    marbles(({ cold, flush }) => {
      const told: string[] = [];
      cold('a 499ms b').subscribe(watched(learned(1_000), told));
      flush();
      expect(told).toEqual(['a 2000 2000', 'b 2500 2000']);
    }),
  );

  it(
    'learns how long that is, and leaves all alone before',
    marbles(({ cold, flush }) => {
      const told: string[] = [];
      const stragglers = new Stragglers(3, asyncScheduler);
      cold('a').subscribe(watched(stragglers, told));
      cold('10s b').subscribe(() => {
        for (let n = 0; n < 20; n++) stragglers.answered(1_500);
      });
      flush();
      expect(told).toHaveLength(1);
      expect(Number(told[0]!.split(' ')[1])).toBeGreaterThanOrEqual(10_000);
      expect(Number(told[0]!.split(' ')[1])).toBeLessThan(11_000);
    }),
  );

  it(
    'gives an item that was given up before twice as long each time',
    marbles(({ cold, flush }) => {
      const told: string[] = [];
      cold('(abc)').subscribe(watched(learned(1_000), told, { b: 1, c: 3 }));
      flush();
      expect(told.map((line) => line.split(' ')[0])).toEqual(['a', 'b', 'c']);
      const [, second, third] = told.map((line) => Number(line.split(' ')[2]));
      expect([second! >= 4_000, second! <= 4_500, third! >= 16_000, third! <= 18_000]).toEqual([
        true,
        true,
        true,
        true,
      ]);
    }),
  );

  it(
    'gives nothing up within a second, however quick the others are',
    marbles(({ cold, flush }) => {
      const told: string[] = [];
      cold('a').subscribe(watched(learned(5), told));
      flush();
      expect(told).toEqual(['a 1000 1000']);
    }),
  );

  it(
    'goes by what others take now',
    marbles(({ cold, flush }) => {
      const told: string[] = [];
      const stragglers = learned(1_000);
      cold('a').subscribe(watched(stragglers, told));
      cold('500ms b').subscribe(() => {
        for (let n = 0; n < 600; n++) stragglers.answered(4_000);
      });
      flush();
      expect(told).toEqual(['a 8000 8000']);
    }),
  );

  it(
    'leaves alone what is over',
    marbles(({ cold, flush }) => {
      const told: string[] = [];
      const stragglers = learned(1_000);
      const over = stragglers.watch({ sentAt: 0, straggles: 0, giveUp: () => told.push('over') });
      cold('1s a').subscribe(() => {
        over();
        over();
      });
      cold('a').subscribe(watched(stragglers, told));
      flush();
      expect(told).toEqual(['a 2000 2000']);
    }),
  );

  it('says how long an attempt may take, once it knows', () => {
    expect(new Stragglers(2, asyncScheduler).allowanceMs(0)).toBeUndefined();
    expect([0, 1, 2].map((straggles) => learned(3_000).allowanceMs(straggles))).toEqual([6_000, 12_000, 24_000]);
  });

  it('keeps one timer for all, and none for nobody', () => {
    jest.useFakeTimers();
    try {
      const stragglers = learned(60_000);
      expect(jest.getTimerCount()).toBe(0);
      const watch = () => stragglers.watch({ sentAt: asyncScheduler.now(), straggles: 0, giveUp: () => undefined });
      const [first, ...others] = Array.from({ length: 100 }, watch);
      expect(jest.getTimerCount()).toBe(1);
      // Others are far quicker now: the next look is earlier.
      for (let n = 0; n < 600; n++) stragglers.answered(1_000);
      expect(jest.getTimerCount()).toBe(1);
      for (const over of others) over();
      expect(jest.getTimerCount()).toBe(1);
      first!();
      expect(jest.getTimerCount()).toBe(0);
      watch();
      expect(jest.getTimerCount()).toBe(1);
      jest.advanceTimersByTime(10_000);
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });

  it('may be told of another attempt by what it gave up', () => {
    jest.useFakeTimers();
    try {
      const stragglers = learned(1_000);
      const tries: number[] = [];
      const again = (straggles: number): void => {
        const over = stragglers.watch({
          sentAt: asyncScheduler.now(),
          straggles,
          giveUp: (afterMs) => {
            over();
            tries.push(afterMs);
            if (tries.length < 3) again(straggles + 1);
          },
        });
      };
      again(0);
      jest.advanceTimersByTime(60_000);
      expect(tries).toEqual([2_000, 4_000, 8_000]);
    } finally {
      jest.useRealTimers();
    }
  });
});
