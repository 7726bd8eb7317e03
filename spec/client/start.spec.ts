import { Readable } from 'node:stream';
import { firstValueFrom, lastValueFrom, Observable, of, toArray } from 'rxjs';
import { item, items, tell, testClients, thrown } from '../support/clients.js';
import { HandProvider } from '../support/hand-provider.js';
import { ofType, type BatchClient, type BatchItem } from '../../lib/index.js';

const clients = testClients();

describe('map()', () => {
  it('returns at once: neither reads the input nor sends anything in the same turn', async () => {
    let read = 0;
    function* source(): Generator<BatchItem> {
      for (const each of items(3)) {
        read++;
        yield each;
      }
    }
    const provider = new HandProvider((ask) => ask.answer());
    const job = clients.open({ provider }).map({ items: source() });
    expect({ read, sent: provider.asks.length }).toEqual({ read: 0, sent: 0 });
    await Promise.resolve();
    expect({ read, sent: provider.asks.length }).toEqual({ read: 0, sent: 0 });
    await job.wait();
    expect({ read, sent: provider.asks.length }).toEqual({ read: 3, sent: 3 });
  });

  it('works without a subscriber', async () => {
    const provider = new HandProvider();
    clients.open({ provider }).map({ items: items(2) });
    expect((await provider.asked(2)).map(({ itemId }) => itemId)).toEqual(['i0', 'i1']);
  });

  it('gives a job that is an Observable: lastValueFrom is the blocking use', async () => {
    const job = clients.open().map({ items: items(3) });
    expect(job).toBeInstanceOf(Observable);
    expect(await lastValueFrom(job)).toMatchObject({
      type: 'complete',
      jobId: job.jobId,
      status: 'completed',
      progress: { status: 'completed', total: 3, totalKnown: true, done: 3, ok: 3, failed: 0, inFlight: 0, pending: 0 },
    });
  });

  it('completes a job without items', async () => {
    const { events, error } = await tell(clients.open().map({ items: [] }));
    expect(error).toBeUndefined();
    expect(events.at(-1)).toMatchObject({ type: 'complete', progress: { total: 0, done: 0 } });
  });

  it('makes a job id where none is given, a new one each time', () => {
    const client = clients.open();
    const [a, b] = [client.map({ items: [] }).jobId, client.map({ items: [] }).jobId];
    expect(a).toMatch(/^job-[0-9a-f-]{36}$/);
    expect(a).not.toBe(b);
  });

  it.each<[string, () => BatchItem[] | Iterable<BatchItem> | AsyncIterable<BatchItem> | Observable<BatchItem>]>([
    ['an array', () => items(3)],
    ['a Set', () => new Set(items(3))],
    [
      'an async generator',
      async function* () {
        yield* items(3);
      },
    ],
    ['an Observable', () => of(...items(3))],
    ['a Node stream', () => Readable.from(items(3))],
  ])('takes items from %s', async (_, source) => {
    const { ids } = await tell(clients.open().map({ items: source() }));
    expect([...ids].sort()).toEqual(['i0', 'i1', 'i2']);
  });

  it('keeps few items of a long iterable unread while answers are slow to come in', async () => {
    let pulled = 0;
    async function* endless(): AsyncGenerator<BatchItem> {
      for (;;) {
        yield item(`i${pulled++}`);
        // A source that waits is asked again only after its value was taken.
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    const provider = new HandProvider((ask) => ask.answer());
    const client = clients.open({ provider });
    const job = client.map({ items: endless() });
    await provider.asked(20);
    await job.pause();
    const atPause = pulled;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(pulled).toBeLessThanOrEqual(atPause + 1);
  });

  it('tells of one item while the input is still being read', async () => {
    let end = (): void => {};
    const rest = new Promise<void>((resolve) => (end = resolve));
    async function* slow(): AsyncGenerator<BatchItem> {
      yield item('first');
      await rest;
      yield item('second');
    }
    const job = clients.open().map({ items: slow() });
    const first = await firstValueFrom(job.pipe(ofType('item')));
    expect(first.itemId).toBe('first');
    expect(await job.progress()).toMatchObject({ total: 1, totalKnown: false, done: 1 });
    end();
    expect((await tell(job)).ids).toEqual(['first', 'second']);
  });

  it('refuses a wrong option at once and stores nothing', async () => {
    const client = clients.open();
    expect(thrown(() => client.map({ items: items(1), concurency: 3 } as never)).message).toBe(
      'map(): unknown option "concurency"; did you mean "concurrency"?',
    );
    expect(thrown(() => client.map({ items: items(1), concurrency: 0 })).message).toBe(
      'map(): expected "concurrency" to be a whole number from 1 up, got 0 (number)',
    );
    expect(await client.jobs()).toEqual([]);
  });

  it('asks the provider first whether it can send at all, and stores nothing if it cannot', async () => {
    const provider = Object.assign(new HandProvider(), {
      prepare: () => {
        throw new Error('no key');
      },
    });
    const client = clients.open({ provider });
    expect(() => client.map({ items: items(1) })).toThrow('no key');
    expect(await client.jobs()).toEqual([]);
  });

  it('is one event stream per job, and seq can tell several jobs of one database apart', async () => {
    const client = clients.open({ localEcho: { latencyMs: 1 } });
    const told = await Promise.all(
      [client.map({ items: items(20) }), client.map({ items: items(20) })].map((job) =>
        lastValueFrom(job.pipe(toArray())),
      ),
    );
    const seqs = told.flatMap((events) => events.filter(({ seq }) => seq > 0).map(({ seq }) => seq));
    expect(new Set(seqs).size).toBe(seqs.length);
  });

  it('closes the client with `await using`', async () => {
    let outer: BatchClient | undefined;
    {
      await using client = clients.open();
      outer = client;
      await client.map({ items: items(1) }).wait();
    }
    expect(thrown(() => outer.map({ items: [] })).code).toBe('client_closed');
  });
});
