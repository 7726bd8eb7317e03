import { tap, throwError, timer } from 'rxjs';
import { items, tell, testClients } from '../support/clients.js';

const clients = testClients();

describe('callbacks, async', () => {
  /** Counts calls under way. */
  const counting = (latency: () => Promise<unknown>) => {
    const counts = { now: 0, most: 0, over: 0 };
    const onItem = async (): Promise<void> => {
      counts.most = Math.max(counts.most, ++counts.now);
      await latency();
      counts.now--;
      counts.over++;
    };
    return { counts, onItem };
  };
  const briefly = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 2));

  it.each([
    [undefined, 8],
    [3, 3],
    [1, 1],
  ])('run callbackWorkers (%p) at a time, at most, and all are awaited', async (callbackWorkers, most) => {
    const { counts, onItem } = counting(briefly);
    const job = clients.open().map({
      items: items(60),
      callbackExecutor: 'async',
      callbackWorkers,
      onItem,
      onComplete: () => expect(counts.over).toBe(60),
    });
    await job.wait();
    expect(counts).toEqual({ now: 0, most, over: 60 });
  });

  it('may return Observables: they are subscribed to, and awaited', async () => {
    let [now, most, over] = [0, 0, 0];
    const job = clients.open().map({
      items: items(20),
      callbackExecutor: 'async',
      callbackWorkers: 4,
      onItem: () => {
        most = Math.max(most, ++now);
        return timer(2).pipe(
          tap({
            complete: () => {
              now--;
              over++;
            },
          }),
        );
      },
    });
    await job.wait();
    expect([most, over]).toEqual([4, 20]);
  });

  it('that reject, throw, or error harm nobody', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const seen: string[] = [];
    try {
      const job = clients.open().map({
        items: items(6),
        callbackExecutor: 'async',
        callbackWorkers: 2,
        onItem: (_, itemId) => {
          seen.push(itemId);
          if (itemId === 'i0') throw new Error('sync');
          if (itemId === 'i1') return Promise.reject(new Error('async'));
          return throwError(() => new Error('an Observable'));
        },
      });
      expect((await tell(job)).last).toMatchObject({ type: 'complete', progress: { ok: 6 } });
    } finally {
      warn.mockRestore();
    }
    expect(seen.sort()).toEqual(['i0', 'i1', 'i2', 'i3', 'i4', 'i5']);
  });

  it('give onProgress the newest only: none is queued while one is being dealt with, and the last is told', async () => {
    const seen: number[] = [];
    const job = clients.open({ progressIntervalMs: 0, concurrency: 1 }).map({
      items: items(200),
      callbackExecutor: 'async',
      onProgress: async (_, { done }) => {
        seen.push(done);
        await briefly();
      },
    });
    await job.wait();
    expect(seen.length).toBeLessThan(200);
    expect(seen.at(-1)).toBe(200);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  it('count as delivered only when they are over: after a close the next client is given the rest', async () => {
    const first = clients.open();
    const seen: string[] = [];
    const job = first.map({
      jobId: 'j',
      items: items(10),
      callbackTimeoutMs: 50,
      onItem: (_, itemId) => void seen.push(itemId),
    });
    await job.wait();
    await first.close();
    const again: string[] = [];
    await clients
      .open()
      .map({ jobId: 'j', items: items(12), onItem: (_, itemId) => void again.push(itemId) })
      .wait();
    expect(seen).toHaveLength(10);
    expect(again).toEqual(['i10', 'i11']);
  });
});
