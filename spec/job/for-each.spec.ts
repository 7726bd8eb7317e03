import { timer } from 'rxjs';
import { failure, items, testClients } from '../support/clients.js';
import { HandProvider } from '../support/hand-provider.js';

const clients = testClients();

/** Calls that wait to be released, counted. */
class SlowConsumer {
  readonly started: string[] = [];
  atOnce = 0;
  most = 0;

  readonly take = async ({ itemId }: { itemId: string }): Promise<void> => {
    this.started.push(itemId);
    this.most = Math.max(this.most, ++this.atOnce);
    await new Promise((resolve) => setImmediate(resolve));
    this.atOnce--;
  };
}

describe('forEach()', () => {
  it('delivers every item event, stored and coming, one at a time and in order', async () => {
    const provider = new HandProvider();
    const job = clients.open({ provider, concurrency: 1 }).map({ items: items(3) });
    (await provider.asked(1))[0]!.answer();
    await provider.asked(2);
    const consumer = new SlowConsumer();
    const events: unknown[] = [];
    const done = job.forEach(async (event) => {
      events.push(event);
      await consumer.take(event);
    });
    provider.asks[1]!.answer();
    (await provider.asked(3))[2]!.answer();
    await done;
    expect(consumer.started).toEqual(['i0', 'i1', 'i2']);
    expect(consumer.most).toBe(1);
    expect(events[0]).toMatchObject({
      type: 'item',
      jobId: job.jobId,
      itemId: 'i0',
      result: { ok: true, output: 're: i0' },
    });
  });

  it('calls at most so many at once', async () => {
    const consumer = new SlowConsumer();
    await clients
      .open()
      .map({ items: items(100) })
      .forEach(consumer.take, { concurrency: 7 });
    expect(consumer.started).toHaveLength(100);
    expect(consumer.most).toBe(7);
  });

  it('awaits Observables too', async () => {
    let over = 0;
    await clients
      .open()
      .map({ items: items(4) })
      .forEach(() => {
        const wait$ = timer(5);
        wait$.subscribe({ complete: () => over++ });
        return wait$;
      });
    expect(over).toBe(4);
  });

  it('holds a page of results at most for a consumer that is behind', async () => {
    const client = clients.open({ keepRaw: 'never' });
    const job = client.map({ items: items(5_000) });
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    let seen = 0;
    const done = job.forEach(() => (++seen === 1 ? gate : undefined));
    // The job does not wait for its consumer, and the consumer is asked for nothing more.
    expect(await job.wait()).toMatchObject({ done: 5_000 });
    expect(seen).toBe(1);
    release();
    await done;
    expect(seen).toBe(5_000);
  });

  it('rejects with what fn throws or rejects with, and leaves the job alone', async () => {
    const job = clients.open().map({ items: items(3) });
    await expect(
      job.forEach(() => {
        throw new Error('mine');
      }),
    ).rejects.toThrow('mine');
    await expect(job.forEach(() => Promise.reject(new Error('mine too')))).rejects.toThrow('mine too');
    expect(await job.wait()).toMatchObject({ status: 'completed' });
  });

  it('rejects with what stopped the job, after what is stored was delivered', async () => {
    const provider = new HandProvider();
    const job = clients.open({ provider, concurrency: 2 }).map({ items: items(3) });
    const consumer = new SlowConsumer();
    const done = failure(job.forEach(consumer.take));
    await provider.asked(2);
    const pausing = job.pause();
    for (const ask of provider.asks) ask.answer();
    await pausing;
    expect((await done).code).toBe('paused');
    expect(consumer.started).toEqual(['i0', 'i1']);
  });

  it('goes on after the last item done, under the same cursor, in another client', async () => {
    const first = clients.open();
    const job = first.map({ jobId: 'j', items: items(40) });
    await job.wait();
    const seen: string[] = [];
    await failure(
      job.forEach(
        ({ itemId }) => {
          if (seen.length === 15)
            throw Object.assign(new Error('crash'), { [Symbol.for('openapi-batch.error')]: true });
          seen.push(itemId);
        },
        { cursor: 'mine' },
      ),
    );
    await first.close();
    const again = clients.open().job('j');
    const rest: string[] = [];
    await again.forEach(({ itemId }) => void rest.push(itemId), { cursor: 'mine' });
    expect([...seen, ...rest]).toEqual(items(40).map(({ itemId }) => itemId));
    // Nothing is left for this cursor, all for another.
    await again.forEach(
      () => {
        throw new Error('nothing is left');
      },
      { cursor: 'mine' },
    );
    let all = 0;
    await again.forEach(() => (all += 1), { cursor: 'other' });
    expect(all).toBe(40);
  });

  it('passes over no item with concurrency: one that was not done is delivered again', async () => {
    const client = clients.open();
    const job = client.map({ jobId: 'j', items: items(10) });
    await job.wait();
    await failure(
      job.forEach(
        ({ itemId }) => {
          if (itemId === 'i2') return new Promise(() => {});
          if (itemId === 'i6') throw Object.assign(new Error('crash'), { [Symbol.for('openapi-batch.error')]: true });
          return undefined;
        },
        { cursor: 'mine', concurrency: 4 },
      ),
    );
    const rest: string[] = [];
    await job.forEach(({ itemId }) => void rest.push(itemId), { cursor: 'mine' });
    expect(rest).toEqual(items(8, 2).map(({ itemId }) => itemId));
  });

  it('delivers what retryFailed() brings to a consumer that keeps its place', async () => {
    let bad = true;
    const provider = new HandProvider((ask) =>
      bad && ask.itemId === 'i1' ? ask.fail(Object.assign(new Error('no'), { status: 400 })) : ask.answer(),
    );
    const job = clients.open({ provider }).map({ items: items(3) });
    const seen: [string, boolean][] = [];
    const take = ({ itemId, result }: { itemId: string; result: { ok: boolean } }): void =>
      void seen.push([itemId, result.ok]);
    await job.forEach(take, { cursor: 'c' });
    bad = false;
    await job.retryFailed().forEach(take, { cursor: 'c' });
    expect(seen).toEqual([
      ['i0', true],
      ['i1', false],
      ['i2', true],
      ['i1', true],
    ]);
  });

  it('refuses what is no function', () => {
    const job = clients.open().map({ items: [] });
    expect(() => job.forEach('x' as never)).toThrow('forEach(fn): expected a function, got "x" (string)');
  });
});
