import { map, timestamp, toArray } from 'rxjs';
import { laneOpening } from '../../lib/run/lane-opening.js';
import { marbles } from '../support/marbles.js';

it.each([1, 50, 64])('is at once for as many as most jobs have: %p', (concurrency) =>
  marbles(({ expectObservable }, scheduler) => {
    expectObservable(laneOpening(concurrency, scheduler)).toBe('(n|)', { n: concurrency });
  })(),
);

it.each([65, 100, 256, 10_000])('is spread over an eighth of a second for more: %p', (concurrency) =>
  marbles(({ expectObservable }, scheduler) => {
    const opened$ = laneOpening(concurrency, scheduler).pipe(
      timestamp(scheduler),
      toArray(),
      map((opened) => {
        const lanes = opened.map(({ value }) => value);
        return {
          first: [opened[0]?.timestamp, lanes[0]],
          last: [opened.at(-1)?.timestamp, lanes.at(-1)],
          widest: Math.max(...lanes.slice(1).map((value, n) => value - (lanes[n] ?? 0))),
          narrower: lanes.slice(1).some((value, n) => value < (lanes[n] ?? 0)),
        };
      }),
    );
    const widest = Math.ceil((concurrency - 64) / 32);
    expectObservable(opened$).toBe('128ms (o|)', {
      o: { first: [0, 64], last: [128, concurrency], widest, narrower: false },
    });
  })(),
);
