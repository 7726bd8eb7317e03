import { filter, firstValueFrom, lastValueFrom, Observable, take, toArray } from 'rxjs';
import { mapBatch, type BatchItem } from '../../lib/index.js';
import { items, itemsTold, tell, testClients } from '../support/clients.js';
import { HandProvider } from '../support/hand-provider.js';

const clients = testClients();

/** Settles once no run of this client holds the job any more. */
async function atRest(read: () => Promise<string>): Promise<string> {
  for (;;) {
    const status = await read();
    if (status !== 'running') return status;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('a job with asyncSubmit: false', () => {
  it('waits, pending, until somebody subscribes', async () => {
    const provider = new HandProvider((ask) => ask.answer());
    let read = 0;
    const source = {
      *[Symbol.iterator]() {
        for (const each of items(3)) {
          read++;
          yield each;
        }
      },
    };
    const job = clients.open({ provider }).map({ items: source, asyncSubmit: false });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect({ status: await job.status(), read, sent: provider.asks.length }).toEqual({
      status: 'pending',
      read: 0,
      sent: 0,
    });
    expect((await tell(job)).last).toMatchObject({ type: 'complete', status: 'completed' });
    expect({ status: await job.status(), read }).toEqual({ status: 'completed', read: 3 });
  });

  it('starts with wait()', async () => {
    const job = clients.open().map({ items: items(3), asyncSubmit: false });
    expect(await job.wait()).toMatchObject({ status: 'completed', done: 3 });
  });

  it('starts with forEach()', async () => {
    const job = clients.open().map({ items: items(3), asyncSubmit: false });
    const got: string[] = [];
    await job.forEach(({ itemId }) => void got.push(itemId));
    expect(got.sort()).toEqual(['i0', 'i1', 'i2']);
  });

  it('never starts with results() or resultsDict()', async () => {
    const provider = new HandProvider();
    const job = clients.open({ provider }).map({ items: items(3), asyncSubmit: false });
    expect(await lastValueFrom(job.results().pipe(toArray()))).toEqual([]);
    expect(await job.resultsDict()).toEqual({});
    expect(await job.status()).toBe('pending');
  });

  it('pauses durably when the last watcher leaves, with the input held and not returned, and goes on with a new one', async () => {
    const log: string[] = [];
    async function* source(): AsyncGenerator<BatchItem> {
      try {
        for (const each of items(300)) {
          log.push('read');
          yield each;
          await new Promise((resolve) => setImmediate(resolve));
        }
        log.push('end');
      } finally {
        log.push('returned');
      }
    }
    const client = clients.open({ localEcho: { latencyMs: 1 }, concurrency: 4 });
    const job = client.map({ items: source(), asyncSubmit: false });
    await itemsTold(job, 10);
    expect(await atRest(() => job.status())).toBe('paused');
    expect((await job.info()).reason?.code).toBe('unwatched');
    expect(log).not.toContain('returned');
    const { events, ids, error } = await tell(job);
    expect(error).toBeUndefined();
    expect(new Set(ids).size).toBe(300);
    expect(ids).toHaveLength(300);
    expect(events.at(-1)).toMatchObject({ type: 'complete', status: 'completed' });
    expect(log.filter((entry) => entry === 'read')).toHaveLength(300);
  });

  it('returns the held input when the client closes', async () => {
    const log: string[] = [];
    function* source(): Generator<BatchItem> {
      try {
        for (let n = 0; ; n++) yield { itemId: `i${n}`, input: 'x' };
      } finally {
        log.push('returned');
      }
    }
    const client = clients.open({ localEcho: { latencyMs: 1 } });
    const job = client.map({ items: source(), asyncSubmit: false });
    await itemsTold(job, 5);
    await atRest(() => job.status());
    expect(log).toEqual([]);
    await client.close();
    expect(log).toEqual(['returned']);
  });

  it('returns the held input when the job is cancelled', async () => {
    const log: string[] = [];
    function* source(): Generator<BatchItem> {
      try {
        for (let n = 0; ; n++) yield { itemId: `i${n}`, input: 'x' };
      } finally {
        log.push('returned');
      }
    }
    const job = clients.open({ localEcho: { latencyMs: 1 } }).map({ items: source(), asyncSubmit: false });
    await itemsTold(job, 5);
    await atRest(() => job.status());
    await job.cancel();
    expect(await job.status()).toBe('cancelled');
    expect(log).toEqual(['returned']);
  });

  it('shows a second watcher what happens as it happens', async () => {
    const provider = new HandProvider();
    const job = clients.open({ provider, concurrency: 1 }).map({ items: items(2), asyncSubmit: false });
    const first = tell(job);
    const [ask] = await provider.asked(1);
    const second = itemsTold(job, 1);
    ask!.answer();
    await second;
    (await provider.asked(2))[1]!.answer();
    expect((await first).ids).toEqual(['i0', 'i1']);
  });

  it('goes on while one of several watchers is left', async () => {
    const provider = new HandProvider();
    const job = clients.open({ provider, concurrency: 1 }).map({ items: items(2), asyncSubmit: false });
    const all = tell(job);
    const other = job.subscribe({ error: () => {} });
    const [ask] = await provider.asked(1);
    other.unsubscribe();
    ask!.answer();
    (await provider.asked(2))[1]!.answer();
    expect((await all).last).toMatchObject({ type: 'complete', status: 'completed' });
  });

  it('is not started again by a watcher that came during a run that was paused', async () => {
    const provider = new HandProvider();
    const job = clients.open({ provider, concurrency: 1 }).map({ items: items(3), asyncSubmit: false });
    const told = [tell(job), tell(job)];
    const [ask] = await provider.asked(1);
    const paused = job.pause();
    ask!.answer();
    await paused;
    for (const { error } of await Promise.all(told)) expect(error?.code).toBe('paused');
    expect(provider.asks).toHaveLength(1);
    expect(await job.status()).toBe('paused');
  });

  it('becomes an ordinary one by a later map() or resume() without asyncSubmit: false', async () => {
    const provider = new HandProvider();
    const client = clients.open({ provider, concurrency: 1 });
    const cold = client.map({ jobId: 'j', items: items(2), asyncSubmit: false });
    const watcher = cold.subscribe({ error: () => {} });
    (await provider.asked(1))[0]!.answer();
    await provider.asked(2);
    watcher.unsubscribe();
    provider.asks[1]!.answer();
    await atRest(() => cold.status());
    const job = client.map({ jobId: 'j', items: items(4) });
    const glance = job.subscribe({ error: () => {} });
    const ask = (await provider.asked(3)).at(-1)!;
    glance.unsubscribe();
    ask.answer();
    (await provider.asked(4)).at(-1)!.answer();
    expect(await job.wait()).toMatchObject({ status: 'completed', done: 4 });
  });

  it('goes on at once for a watcher that comes while the pause is still draining', async () => {
    const provider = new HandProvider();
    const job = clients.open({ provider, concurrency: 1 }).map({ items: items(3), asyncSubmit: false });
    const watcher = job.subscribe({ error: () => {} });
    const [ask] = await provider.asked(1);
    watcher.unsubscribe();
    const told = tell(job);
    ask!.answer();
    (await provider.asked(2))[1]!.answer();
    (await provider.asked(3))[2]!.answer();
    expect(await told).toMatchObject({ ids: ['i0', 'i1', 'i2'], error: undefined });
  });
});

describe('mapBatch', () => {
  const source$ = (log: string[]): Observable<BatchItem> =>
    new Observable((subscriber) => {
      log.push('subscribed');
      for (const each of items(3)) subscriber.next(each);
      subscriber.complete();
      return () => log.push('left');
    });

  it('is map() as an operator: the source becomes a job, its events the output', async () => {
    const log: string[] = [];
    const client = clients.open();
    const output$ = source$(log).pipe(mapBatch(client));
    expect(log).toEqual([]);
    expect(await client.jobs()).toEqual([]);
    const { ids, last } = await tell(output$);
    expect([...ids].sort()).toEqual(['i0', 'i1', 'i2']);
    expect(last).toMatchObject({ type: 'complete' });
    expect(await client.jobs()).toHaveLength(1);
  });

  it('makes a job per subscription, and goes on with the one named', async () => {
    const client = clients.open();
    const unnamed$ = source$([]).pipe(mapBatch(client));
    await tell(unnamed$);
    await tell(unnamed$);
    expect(await client.jobs()).toHaveLength(2);
    const named$ = source$([]).pipe(mapBatch(client, { jobId: 'named' }));
    await tell(named$);
    expect((await tell(named$)).ids).toHaveLength(3);
    expect(await client.jobs()).toHaveLength(3);
  });

  it('pauses when nobody is subscribed, and goes on with the next subscription', async () => {
    const client = clients.open({ localEcho: { latencyMs: 2 }, concurrency: 2 });
    const output$ = new Observable<BatchItem>((subscriber) => {
      for (const each of items(50)) subscriber.next(each);
      subscriber.complete();
    }).pipe(mapBatch(client, { jobId: 'j' }));
    await firstValueFrom(
      output$.pipe(
        filter((event) => event.type === 'item'),
        take(1),
      ),
    );
    expect(await atRest(() => client.job('j').status())).toBe('paused');
    expect((await tell(output$)).ids).toHaveLength(50);
  });

  it('may be subscribed to again at once, while the pause is still draining', async () => {
    const provider = new HandProvider();
    const client = clients.open({ provider, concurrency: 1 });
    const output$ = source$([]).pipe(mapBatch(client, { jobId: 'j' }));
    const watcher = output$.subscribe({ error: () => {} });
    const [ask] = await provider.asked(1);
    watcher.unsubscribe();
    const told = tell(output$);
    ask!.answer();
    (await provider.asked(2))[1]!.answer();
    (await provider.asked(3))[2]!.answer();
    expect((await told).ids).toEqual(['i0', 'i1', 'i2']);
  });
});
