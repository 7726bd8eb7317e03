import { EMPTY, NEVER, Subject, VirtualTimeScheduler } from 'rxjs';
import { DONE, IDLE, pullLanes, type PullLanesOptions, type PullSource } from '../../lib/operators/pull-lanes.js';
import type { Lane } from '../../lib/operators/lanes.js';

/** Runs what is planned for the next turn, and nothing of what that plans. */
class Turns extends VirtualTimeScheduler {
  turn(): void {
    for (const action of this.actions.splice(0)) action.execute(undefined, 0);
  }
}

function numbers(most: number): PullSource<number> {
  let n = 0;
  return { ready$: NEVER, pull: () => (n < most ? ++n : DONE) };
}

/** Work that goes on until it is ended by hand. */
function open(source: PullSource<number>, options: Omit<PullLanesOptions, 'scheduler'>) {
  const scheduler = new Turns();
  const lanes: Lane<never>[] = [];
  let completed = false;
  const work$ = pullLanes<number, never>(source, (_, lane) => void lanes.push(lane), {
    ...options,
    scheduler,
  });
  const subscription = work$.subscribe({ complete: () => (completed = true) });
  const begun = () => lanes.length;
  return { begun, lanes, subscription, turn: () => scheduler.turn(), isComplete: () => completed, scheduler };
}

describe('lanes that open by and by', () => {
  it('are some at once, and more with every turn in which all are in use, up to their number', () => {
    const { begun, turn } = open(numbers(100), { concurrency: 11, opening: { atOnce: 4, perTurn: 3 } });
    expect(begun()).toBe(4);
    const seen = [1, 2, 3, 4].map(() => (turn(), begun()));
    expect(seen).toEqual([7, 10, 11, 11]);
  });

  it('are filled again at once where one is free', () => {
    const { begun, lanes } = open(numbers(100), { concurrency: 11, opening: { atOnce: 2, perTurn: 3 } });
    lanes[0]!.complete();
    lanes[1]!.complete();
    expect(begun()).toBe(4);
  });

  it('are no more than there is work for', () => {
    const ready = new Subject<void>();
    let stock = 1;
    const source = { ready$: ready, pull: () => (stock-- > 0 ? 1 : IDLE) };
    const { begun, turn, scheduler } = open(source, { concurrency: 9, opening: { atOnce: 2, perTurn: 4 } });
    turn();
    expect([begun(), scheduler.actions]).toEqual([1, []]);
    stock = 8;
    ready.next();
    expect(begun()).toBe(2);
    turn();
    expect(begun()).toBe(6);
  });

  it('end with the last value, and plan nothing once nobody listens', () => {
    const few = open(numbers(2), { concurrency: 9, opening: { atOnce: 2, perTurn: 1 } });
    few.lanes.splice(0).forEach((lane) => lane.complete());
    expect(few.isComplete()).toBe(true);
    const left = open(numbers(100), { concurrency: 9, opening: { atOnce: 2, perTurn: 1 } });
    left.subscription.unsubscribe();
    left.turn();
    expect(left.begun()).toBe(2);
  });

  it('are all there at once where nobody asks for less', () => {
    expect(open(numbers(100), { concurrency: 40 }).begun()).toBe(40);
    expect(open({ ready$: EMPTY, pull: () => DONE }, { concurrency: 40 }).isComplete()).toBe(true);
  });
});
