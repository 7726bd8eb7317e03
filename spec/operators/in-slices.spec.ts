import { queueScheduler, take } from 'rxjs';
import { inSlices } from '../../lib/operators/in-slices.js';
import { marbles } from '../support/marbles.js';

function pagesOf<T>(pages: readonly (readonly T[])[]): { next: () => readonly T[]; asked: number } {
  const source = {
    asked: 0,
    next: (): readonly T[] => pages[source.asked++] ?? [],
  };
  return source;
}

describe('inSlices', () => {
  it(
    'emits page after page until one is empty',
    marbles(({ expectObservable, flush }) => {
      const source = pagesOf([['a', 'b'], ['c'], ['d']]);
      expectObservable(inSlices(source.next)).toBe('(abcd|)');
      flush();
      expect(source.asked).toBe(4);
    }),
  );

  it(
    'completes at once where there is nothing',
    marbles(({ expectObservable }) => {
      expectObservable(inSlices(() => [])).toBe('|');
    }),
  );

  it(
    'errors when a page cannot be read, after what was read before',
    marbles(({ expectObservable }) => {
      let asked = 0;
      const pages$ = inSlices(() => {
        if (++asked === 2) throw 'error';
        return ['a'];
      });
      expectObservable(pages$).toBe('(a#)');
    }),
  );

  it('asks for no page more than its subscriber takes', () => {
    const source = pagesOf([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const seen: number[] = [];
    inSlices(source.next)
      .pipe(take(3))
      .subscribe((n) => seen.push(n));
    expect([seen, source.asked]).toEqual([[1, 2, 3], 2]);
  });

  it('asks for nothing after the end on a scheduler that does not wait', () => {
    let now = 0;
    const scheduler = { now: () => (now += 20), schedule: queueScheduler.schedule.bind(queueScheduler) };
    const source = pagesOf([[1], [2], [3]]);
    const seen: number[] = [];
    inSlices(source.next, { scheduler }).subscribe((n) => seen.push(n));
    expect([seen, source.asked]).toEqual([[1, 2, 3], 4]);
  });

  it('has a turn of the event loop after each slice', () => {
    let now = 0;
    const planned: { readonly work: () => void; readonly at: number }[] = [];
    const scheduler = {
      now: () => now,
      schedule: (work: () => void) => {
        const plan = { work, at: now };
        planned.push(plan);
        return { unsubscribe: () => planned.splice(0, planned.length, ...planned.filter((other) => other !== plan)) };
      },
    };
    const seen: number[] = [];
    let done = false;
    let page = 0;
    const next = (): readonly number[] => {
      now += 4;
      return page < 7 ? [++page] : [];
    };
    inSlices(next, { sliceMs: 10, scheduler: scheduler as never }).subscribe({
      next: (n) => seen.push(n),
      complete: () => (done = true),
    });
    const slices = [[0, seen.length]];
    for (let plan = planned.shift(); plan !== undefined; plan = planned.shift()) {
      plan.work();
      slices.push([plan.at, seen.length]);
    }
    // Each turn is planned as the slice before it begins: a timer's shortest wait is over when that ends.
    expect(slices).toEqual([
      [0, 3],
      [0, 6],
      [12, 7],
    ]);
    expect(done).toBe(true);
  });

  it('stops between two slices when it is left', (done) => {
    let asked = 0;
    const subscription = inSlices(() => [++asked], { sliceMs: 0 }).subscribe();
    expect(asked).toBe(1);
    subscription.unsubscribe();
    setTimeout(() => {
      expect(asked).toBe(1);
      done();
    }, 10);
  });
});
