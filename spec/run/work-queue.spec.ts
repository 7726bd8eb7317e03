import { DONE, IDLE } from '../../lib/operators/merge-pull.js';
import { toWorkItem, type WorkItem } from '../../lib/run/work-item.js';
import { WorkQueue, type WorkQueueOptions } from '../../lib/run/work-queue.js';
import { marbles } from '../support/marbles.js';
import { claimed, workItem } from './support.js';

const defaults = { model: undefined, params: {} };

interface Store {
  total: number;
  readonly claims: (readonly [after: number, limit: number])[];
}

function queueOver(
  total: number,
  options: Partial<WorkQueueOptions> = {},
): { readonly queue: WorkQueue; readonly store: Store } {
  const store: Store = { total, claims: [] };
  const queue = new WorkQueue({
    claim: (after, limit) => {
      store.claims.push([after, limit]);
      return Array.from({ length: Math.max(0, Math.min(limit, store.total - after)) }, (_, n) =>
        claimed(after + n + 1),
      );
    },
    toItem: (item) => toWorkItem(item, defaults),
    lowWater: 0,
    ...options,
  });
  return { queue, store };
}

/** Ordinals until there is none to be had, and why. */
function drain(queue: WorkQueue): (number | 'idle' | 'done')[] {
  const seen: (number | 'idle' | 'done')[] = [];
  for (;;) {
    const item = queue.pull();
    if (item === IDLE || item === DONE) return [...seen, item === IDLE ? 'idle' : 'done'];
    seen.push(item.ordinal);
  }
}

const pull = (queue: WorkQueue): WorkItem => queue.pull() as WorkItem;

describe('WorkQueue', () => {
  it('hands out nothing before it is open', () => {
    const { queue, store } = queueOver(3);
    expect(drain(queue)).toEqual(['idle']);
    expect(store.claims).toEqual([]);
    queue.open();
    expect(drain(queue)).toEqual([1, 2, 3, 'idle']);
  });

  it('claims by pages, from where the job stands', () => {
    const { queue, store } = queueOver(600, { lowWater: 80 });
    queue.open();
    const seen = drain(queue);
    expect(seen).toHaveLength(520 + 1);
    expect([seen[0], seen[519]]).toEqual([81, 600]);
    expect(store.claims.slice(0, 4)).toEqual([
      [80, 256],
      [336, 256],
      [592, 256],
      [600, 256],
    ]);
    expect([queue.lowWater, queue.claimedTo]).toEqual([80, 600]);
  });

  it('waits for more until the input has ended and every item its result', () => {
    const { queue, store } = queueOver(1);
    queue.open();
    expect(drain(queue)).toEqual([1, 'idle']);
    store.total = 2;
    queue.inputGrew();
    expect(drain(queue)).toEqual([2, 'idle']);
    queue.inputGrew(true);
    expect(drain(queue)).toEqual(['idle']);
    queue.settled();
    expect(drain(queue)).toEqual(['idle']);
    queue.settled();
    expect(queue.over).toBe(false);
    expect(drain(queue)).toEqual(['done']);
    expect(queue.over).toBe(true);
  });

  it('may be told of more input after its end', () => {
    const { queue, store } = queueOver(0);
    queue.open();
    queue.inputGrew(true);
    queue.inputAgain();
    expect(drain(queue)).toEqual(['idle']);
    store.total = 1;
    expect(drain(queue)).toEqual([1, 'idle']);
  });

  it('tells when it is worth asking again', () => {
    const { queue } = queueOver(1);
    let told = 0;
    queue.ready$.subscribe(() => told++);
    queue.open();
    queue.inputGrew();
    queue.inputGrew(true);
    queue.nudge();
    expect(told).toBe(4);
  });

  it(
    'hands an item out again when its wait is over, before new ones',
    marbles(({ flush }, scheduler) => {
      const { queue } = queueOver(4, { scheduler });
      queue.open();
      const told: number[] = [];
      const first = pull(queue);
      queue.delay(first, 50);
      expect(pull(queue).ordinal).toBe(2);
      queue.ready$.subscribe(() => told.push(scheduler.now()));
      flush();
      expect(told).toEqual([50]);
      expect(pull(queue)).toBe(first);
      expect(drain(queue)).toEqual([3, 4, 'idle']);
    }),
  );

  it('hands an item without a wait out again at once', () => {
    const { queue } = queueOver(2);
    queue.open();
    const first = pull(queue);
    queue.delay(first, 0);
    expect(drain(queue)).toEqual([1, 2, 'idle']);
  });

  it(
    'claims no more while too many wait for their next attempt',
    marbles(({ flush }, scheduler) => {
      const { queue } = queueOver(10, { scheduler, maxDelayed: 2 });
      queue.open();
      queue.inputGrew(true);
      for (let n = 0; n < 2; n++) queue.delay(pull(queue), 100 * (n + 1));
      expect(drain(queue)).toEqual(['idle']);
      flush();
      expect(drain(queue)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 'idle']);
    }),
  );

  it(
    'is not over while an item waits for its next attempt',
    marbles(({ flush }, scheduler) => {
      const { queue } = queueOver(1, { scheduler });
      queue.open();
      queue.inputGrew(true);
      queue.delay(pull(queue), 10);
      expect(drain(queue)).toEqual(['idle']);
      flush();
      expect(drain(queue)).toEqual([1, 'idle']);
      queue.settled();
      expect(drain(queue)).toEqual(['done']);
    }),
  );

  it('once closed hands out nothing, keeps no timer, and takes nothing back', () => {
    jest.useFakeTimers();
    try {
      const { queue } = queueOver(5);
      queue.open();
      queue.delay(pull(queue), 1_000);
      const second = pull(queue);
      expect(jest.getTimerCount()).toBe(1);
      queue.close();
      expect(jest.getTimerCount()).toBe(0);
      queue.delay(second, 1_000);
      expect(jest.getTimerCount()).toBe(0);
      expect(drain(queue)).toEqual(['done']);
    } finally {
      jest.useRealTimers();
    }
  });

  it('holds items back while too many are handed out or not durable yet', () => {
    const { queue } = queueOver(9, { maxAtRisk: 3 });
    queue.open();
    let told = 0;
    queue.ready$.subscribe(() => told++);
    expect(drain(queue)).toEqual([1, 2, 3, 'idle']);
    queue.settled();
    queue.settled();
    expect(drain(queue)).toEqual(['idle']);
    queue.committed();
    expect(told).toBe(0);
    queue.goOn();
    queue.goOn();
    expect(told).toBe(1);
    expect(drain(queue)).toEqual([4, 5, 'idle']);
    queue.committed();
    queue.goOn();
    expect(told).toBe(2);
    expect(drain(queue)).toEqual(['idle']);
  });

  it('tells nobody of a commit that nobody waited for', () => {
    const { queue } = queueOver(9, { maxAtRisk: 3 });
    queue.open();
    let told = 0;
    queue.ready$.subscribe(() => told++);
    pull(queue);
    queue.settled();
    queue.committed();
    queue.goOn();
    expect(told).toBe(0);
  });

  it('tells nobody of a commit once it is closed', () => {
    const { queue } = queueOver(9, { maxAtRisk: 1 });
    queue.open();
    expect(drain(queue)).toEqual([1, 'idle']);
    queue.settled();
    queue.close();
    queue.committed();
    let told = 0;
    queue.ready$.subscribe(() => told++);
    queue.goOn();
    expect(told).toBe(0);
  });

  it('has room for an item that waits for its next attempt', () => {
    const { queue } = queueOver(9, { maxAtRisk: 2 });
    queue.open();
    const first = pull(queue);
    expect(drain(queue)).toEqual([2, 'idle']);
    queue.delay(first, 0);
    expect(drain(queue)).toEqual([1, 'idle']);
  });

  it('counts an item as finished when its result is written, not before', () => {
    const { queue } = queueOver(3);
    queue.open();
    drain(queue);
    queue.settled();
    expect([queue.lowWater, queue.claimedTo]).toEqual([0, 3]);
    queue.written(2);
    expect(queue.lowWater).toBe(0);
    queue.written(1);
    expect(queue.lowWater).toBe(2);
    queue.written(3);
    expect(queue.lowWater).toBe(3);
  });

  it('may begin elsewhere', () => {
    const { queue } = queueOver(5);
    queue.startFrom(3);
    queue.open();
    expect(drain(queue)).toEqual([4, 5, 'idle']);
    expect(queue.lowWater).toBe(3);
  });
});

describe('an item as it is sent', () => {
  const job = { model: 'job-model', params: { temperature: 0, top_p: 1 } };
  const stored = (request: object) => toWorkItem({ ...claimed(7), failures: 2, request: JSON.stringify(request) }, job);

  it('has the job’s defaults', () => {
    expect(stored({ input: 'x' })).toEqual({
      ...workItem(7),
      resolved: { itemId: 'i7', input: 'x', model: 'job-model', params: job.params },
      failures: 2,
    });
  });

  it('says itself what differs, and has its metadata', () => {
    const item = stored({ input: { a: 1 }, model: 'own', params: { temperature: 1 }, metadata: null });
    expect(item.resolved).toEqual({
      itemId: 'i7',
      input: { a: 1 },
      model: 'own',
      params: { temperature: 1, top_p: 1 },
    });
    expect(item.metadata).toBeNull();
  });
});
