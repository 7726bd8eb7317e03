import { lastValueFrom } from 'rxjs';
import { failure, items, itemsTold, tell, testClients, thrown } from '../support/clients.js';
import { HandProvider } from '../support/hand-provider.js';

const clients = testClients();

describe('close()', () => {
  it('waits for answers in flight, keeps them, and ends every job with code closed', async () => {
    const provider = new HandProvider();
    const client = clients.open({ provider, concurrency: 2 });
    const jobs = [client.map({ items: items(3) }), client.map({ items: items(3) })];
    const told = jobs.map((job) => tell(job));
    await provider.asked(4);
    let closed = false;
    const closing = client.close().then(() => (closed = true));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(closed).toBe(false);
    for (const ask of provider.asks) ask.answer();
    await closing;
    for (const { ids, error, last } of await Promise.all(told)) {
      expect([...ids].sort()).toEqual(['i0', 'i1']);
      expect(error?.code).toBe('closed');
      expect(last).toMatchObject({ type: 'progress', progress: { status: 'paused', reason: { code: 'closed' } } });
    }
    expect(provider.asks).toHaveLength(4);
    for (const info of await clients.open({ provider }).jobs()) {
      expect(info).toMatchObject({ status: 'paused', reason: { code: 'closed' }, ok: 2, pending: 1, owner: null });
    }
  });

  it('gives answers in flight up after drainMs, and lets their sockets know', async () => {
    const provider = new HandProvider();
    const client = clients.open({ provider, drainMs: 30 });
    const told = tell(client.map({ items: items(2) }));
    await provider.asked(2);
    const signals = provider.asks.map(({ context }) => context.signal);
    await client.close();
    expect((await told).error?.code).toBe('closed');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  it('gives them up at once with drainMs: 0', async () => {
    const provider = new HandProvider();
    const client = clients.open({ provider });
    client.map({ jobId: 'j', items: items(2) });
    const signals = (await provider.asked(2)).map(({ context }) => context.signal);
    await client.close({ drainMs: 0 });
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
    const again = new HandProvider((ask) => ask.answer());
    expect((await tell(clients.open({ provider: again }).resume('j'))).ids).toHaveLength(2);
  });

  it('is the same promise the second time, and drainMs: 0 then hurries the first', async () => {
    const provider = new HandProvider();
    const client = clients.open({ provider });
    client.map({ items: items(1) });
    await provider.asked(1);
    const first = client.close();
    expect(client.close()).toBe(first);
    expect(client.close({ drainMs: 0 })).toBe(first);
    await first;
    expect(provider.asks[0]!.givenUp).toBe(true);
  });

  it('writes the waiting group: what was told is stored', async () => {
    const client = clients.open({ localEcho: { latencyMs: 1 }, concurrency: 8 });
    const job = client.map({ jobId: 'j', items: items(500) });
    const told = tell(job);
    await itemsTold(job, 20);
    await client.close();
    const { ids } = await told;
    const stored = await clients.open().job('j').resultsDict();
    expect(Object.keys(stored).sort()).toEqual([...ids].sort());
  });

  it('makes every later call fail clearly', async () => {
    const client = clients.open();
    const job = client.map({ items: items(1) });
    await job.wait();
    await client.close();
    const calls = [
      () => client.map({ items: [] }),
      () => client.job('j'),
      () => client.resume('j'),
      () => job.retryFailed(),
    ];
    for (const call of calls) expect(thrown(call).code).toBe('client_closed');
    const answers = [
      () => client.jobs(),
      () => client.delete('j'),
      () => client.prune({ olderThan: 0 }),
      () => job.status(),
      () => job.progress(),
      () => job.info(),
      () => job.resultsDict(),
      () => job.wait(),
      () => job.forEach(() => {}),
      () => job.cancel(),
      () => job.pause(),
      () => lastValueFrom(job),
      () => lastValueFrom(job.events({ after: 'now', acrossPauses: true })),
      () => lastValueFrom(job.results()),
    ];
    for (const answer of answers)
      expect([answer.toString(), (await failure(answer())).code]).toEqual([answer.toString(), 'client_closed']);
  });

  it('ends a consumer of forEach() that is behind with code closed, not with an error of the database', async () => {
    const client = clients.open({ localEcho: {} });
    const job = client.map({ items: items(600) });
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const consuming = failure(job.forEach(() => gate));
    await job.wait();
    await client.close();
    release();
    expect((await consuming).code).toMatch(/^(client_)?closed$/);
  });

  it('is quiet for a client that never did anything', async () => {
    await expect(clients.open().close()).resolves.toBeUndefined();
  });

  it('closes the provider once, after the last request', async () => {
    const log: string[] = [];
    const provider = Object.assign(new HandProvider(), { close: () => void log.push('closed') });
    const client = clients.open({ provider });
    client.map({ items: items(1) });
    const [ask] = await provider.asked(1);
    const closing = client.close();
    log.push('answered');
    ask!.answer();
    await closing;
    await client.close();
    expect(log).toEqual(['answered', 'closed']);
  });
});
