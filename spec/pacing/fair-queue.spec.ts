import * as fc from 'fast-check';
import { FairQueue, type Waiter } from '../../lib/pacing/fair-queue.js';

interface Named extends Waiter {
  readonly name: string;
  closed: boolean;
}

const waiter = (name: string): Named => ({ name, closed: false });

/** Lets so many pass, each at its cost; their names. */
function serve(queue: FairQueue<Named>, count: number, cost: (name: string) => number = () => 1): string[] {
  const served: string[] = [];
  for (let next = queue.peek(); next !== undefined && served.length < count; next = queue.peek()) {
    served.push(next.name);
    queue.shift(cost(next.name));
  }
  return served;
}

function fill(queue: FairQueue<Named>, flow: string, count: number, from = 0): Named[] {
  const waiters = Array.from({ length: count }, (_, n) => waiter(`${flow}${n + from}`));
  for (const each of waiters) queue.push(flow, each);
  return waiters;
}

describe('FairQueue', () => {
  it('shows nobody where nobody waits, and a shift then does nothing', () => {
    const queue = new FairQueue<Named>();
    expect(queue.peek()).toBeUndefined();
    queue.shift(1);
    fill(queue, 'a', 1);
    expect([queue.peek()?.name, queue.peek()?.name]).toEqual(['a0', 'a0']);
  });

  it('is first come first served within a job', () => {
    const queue = new FairQueue<Named>();
    fill(queue, 'a', 3);
    expect(serve(queue, 9)).toEqual(['a0', 'a1', 'a2']);
  });

  it('lets two jobs share by turns, however many each has', () => {
    const queue = new FairQueue<Named>();
    fill(queue, 'a', 1_000);
    fill(queue, 'b', 3);
    expect(serve(queue, 8)).toEqual(['a0', 'b0', 'a1', 'b1', 'a2', 'b2', 'a3', 'a4']);
  });

  it('goes by what each takes of the quota, not by how often', () => {
    const queue = new FairQueue<Named>();
    fill(queue, 'large', 100);
    fill(queue, 'small', 100);
    const served = serve(queue, 50, (name) => (name.startsWith('large') ? 4 : 1));
    expect(served.filter((name) => name.startsWith('small'))).toHaveLength(40);
  });

  it('gives a job that comes later no claim to the past', () => {
    const queue = new FairQueue<Named>();
    fill(queue, 'a', 200);
    serve(queue, 100);
    fill(queue, 'b', 10);
    expect(serve(queue, 4).sort()).toEqual(['a100', 'a101', 'b0', 'b1']);
  });

  it('does not forget what a job had because its queue was empty for a moment', () => {
    const queue = new FairQueue<Named>();
    fill(queue, 'a', 1);
    fill(queue, 'b', 10);
    // `a` takes far more than its share, leaves, and is back at once.
    expect(serve(queue, 1, () => 5)).toEqual(['a0']);
    expect(serve(queue, 1)).toEqual(['b0']);
    fill(queue, 'a', 1, 1);
    expect(serve(queue, 6)).toEqual(['b1', 'b2', 'b3', 'b4', 'a1', 'b5']);
  });

  it('passes over those who have left', () => {
    const queue = new FairQueue<Named>();
    const [, second, third] = fill(queue, 'a', 4);
    second!.closed = third!.closed = true;
    expect(serve(queue, 9)).toEqual(['a0', 'a3']);
    const gone = fill(queue, 'b', 2);
    for (const each of gone) each.closed = true;
    expect(queue.peek()).toBeUndefined();
  });

  it('keeps its order over thousands that come and go', () => {
    const queue = new FairQueue<Named>();
    const served: string[] = [];
    for (let n = 0; n < 5_000; n++) {
      fill(queue, 'a', 1, n);
      if (n % 2 === 1 || n > 2_000) served.push(...serve(queue, 1));
    }
    served.push(...serve(queue, Infinity));
    expect(served).toEqual(Array.from({ length: 5_000 }, (_, n) => `a${n}`));
  });

  it('starves nobody, and serves each job in its order, whatever comes and goes', () => {
    const flow = fc.constantFrom('a', 'b', 'c');
    const step = fc.oneof(
      fc.record({ kind: fc.constant('push' as const), flow }),
      fc.record({ kind: fc.constant('leave' as const), at: fc.nat(50) }),
      fc.record({ kind: fc.constant('serve' as const), cost: fc.constantFrom(0.1, 1, 3) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const queue = new FairQueue<Named>();
        const waiting: Record<string, Named[]> = { a: [], b: [], c: [] };
        const left = (): Named[] => Object.values(waiting).flat().filter(({ closed }) => !closed); // prettier-ignore
        let pushed = 0;
        const serveOne = (cost: number): void => {
          const open = left();
          const next = queue.peek();
          if (open.length === 0) return expect(next).toBeUndefined();
          const from = next!.name[0]!;
          expect(next).toBe(waiting[from]!.find(({ closed }) => !closed));
          waiting[from] = waiting[from]!.filter((each) => each !== next);
          queue.shift(cost);
        };
        for (const each of steps) {
          if (each.kind === 'push') waiting[each.flow]!.push(...fill(queue, each.flow, 1, pushed++));
          else if (each.kind === 'leave')
            left().slice(each.at, each.at + 1).forEach((one) => (one.closed = true)); // prettier-ignore
          else serveOne(each.cost);
        }
        while (left().length > 0) serveOne(1);
        expect(queue.peek()).toBeUndefined();
      }),
    );
  });

  it('keeps jobs that wait all the time within one request of each other', () => {
    const costs = fc.array(fc.double({ min: 0.01, max: 5, noNaN: true }), { minLength: 30, maxLength: 90 });
    fc.assert(
      fc.property(costs, (each) => {
        const queue = new FairQueue<Named>();
        for (const flow of ['a', 'b', 'c']) fill(queue, flow, 100);
        const had: Record<string, number> = { a: 0, b: 0, c: 0 };
        for (const cost of each) {
          had[queue.peek()!.name[0]!]! += cost;
          queue.shift(cost);
          expect(Math.max(...Object.values(had)) - Math.min(...Object.values(had))).toBeLessThanOrEqual(5);
        }
      }),
    );
  });
});
