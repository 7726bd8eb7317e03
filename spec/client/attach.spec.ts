import { lastValueFrom, toArray } from 'rxjs';
import { localEcho, type BatchItem, type MapOptions } from '../../lib/index.js';
import { failure, item, items, tell, testClients, thrown } from '../support/clients.js';
import { HandProvider, httpError } from '../support/hand-provider.js';

const clients = testClients();
const answering = (): HandProvider => new HandProvider((ask) => ask.answer());

describe('map() with a known job id', () => {
  it('goes on with what an earlier process left: what is finished is not sent again', async () => {
    const first = new HandProvider();
    const before = clients.open({ provider: first, concurrency: 2 });
    const job = before.map({ jobId: 'j', items: items(5) });
    (await first.asked(2))[0]!.answer();
    await first.asked(3);
    await before.close({ drainMs: 0 });
    expect(await failure(lastValueFrom(clients.open({ provider: first }).job('j')))).toMatchObject({ code: 'closed' });
    expect(job.jobId).toBe('j');

    const second = answering();
    const told = await tell(clients.open({ provider: second }).map({ jobId: 'j', items: items(5) }));
    expect([...second.ids].sort()).toEqual(['i1', 'i2', 'i3', 'i4']);
    expect([...told.ids].sort()).toEqual(['i0', 'i1', 'i2', 'i3', 'i4']);
  });

  it('replays a completed job whose input brings nothing new, and sends nothing', async () => {
    const provider = answering();
    const client = clients.open({ provider });
    const first = await tell(client.map({ jobId: 'j', items: items(3) }));
    const again = await tell(client.map({ jobId: 'j', items: items(3) }));
    expect(provider.asks).toHaveLength(3);
    expect(again.items).toEqual(first.items);
    expect(again.last).toEqual(first.last);
    expect(again.error).toBeUndefined();
  });

  it('knows a rerun by its contents where items have no ids, equal ones kept apart', async () => {
    const provider = answering();
    const source: BatchItem[] = ['x', 'y', 'x', 'x'].map((prompt) => ({ input: { prompt } }));
    const client = clients.open({ provider });
    const first = await tell(client.map({ jobId: 'j', items: source }));
    expect(new Set(first.ids).size).toBe(4);
    await tell(client.map({ jobId: 'j', items: [...source].reverse() }));
    expect(provider.asks).toHaveLength(4);
    await tell(client.map({ jobId: 'j', items: [...source, { input: { prompt: 'x' } }] }));
    expect(provider.asks).toHaveLength(5);
  });

  it('runs a trial of 2 that the full run of 5 continues', async () => {
    const provider = answering();
    const client = clients.open({ provider });
    await client.map({ jobId: 'j', items: items(2) }).wait();
    const { ids, events, last } = await tell(client.map({ jobId: 'j', items: items(5) }));
    expect(provider.ids).toEqual(['i0', 'i1', 'i2', 'i3', 'i4']);
    expect([...ids].sort()).toEqual(['i0', 'i1', 'i2', 'i3', 'i4']);
    expect(events.filter(({ type }) => type === 'complete')).toHaveLength(1);
    expect(last).toMatchObject({ type: 'complete', progress: { total: 5, done: 5 } });
  });

  it('takes failed items up again together with the new ones', async () => {
    let broken = true;
    const provider = new HandProvider((ask) =>
      broken && ask.itemId === 'i0' ? ask.fail(httpError(400)) : ask.answer(),
    );
    const client = clients.open({ provider });
    expect(await client.map({ jobId: 'j', items: items(2) }).wait()).toMatchObject({ ok: 1, failed: 1 });
    broken = false;
    const { items: results } = await tell(client.map({ jobId: 'j', items: items(3) }));
    expect(results.map(({ itemId, result }) => [itemId, result.ok]).sort()).toEqual([
      ['i0', true],
      ['i1', true],
      ['i2', true],
    ]);
  });

  it('adds its items while the job is at work in this client', async () => {
    const provider = new HandProvider();
    const client = clients.open({ provider, concurrency: 1 });
    client.map({ jobId: 'j', items: items(2) });
    await provider.asked(1);
    const told = tell(client.map({ jobId: 'j', items: items(2, 2) }));
    for (let n = 0; n < 4; n++) (await provider.asked(n + 1))[n]!.answer();
    expect((await told).ids).toEqual(['i0', 'i1', 'i2', 'i3']);
  });

  it('attaches to the job at work in this client when the items are the same', async () => {
    const provider = new HandProvider();
    const client = clients.open({ provider, concurrency: 1 });
    client.map({ jobId: 'j', items: items(2) });
    await provider.asked(1);
    const told = tell(client.map({ jobId: 'j', items: items(2) }));
    for (let n = 0; n < 2; n++) (await provider.asked(n + 1))[n]!.answer();
    expect((await told).ids).toEqual(['i0', 'i1']);
    expect(provider.asks).toHaveLength(2);
  });

  it.each<[string, Partial<MapOptions>, RegExp]>([
    [
      'model',
      { model: 'b' },
      /was created with model "a", now it is called with "b"; use the same model, or another jobId/,
    ],
    ['params', { params: { temperature: 1 } }, /with params \{"temperature":0\}, now .* \{"temperature":1\}/],
    ['mode', { mode: 'auto' }, /with mode "emulated", now .* "auto"/],
  ])('refuses another %s, naming it', async (_, change, text) => {
    const client = clients.open();
    const base = { jobId: 'j', model: 'a', params: { temperature: 0 }, mode: 'emulated' } as const;
    await client.map({ ...base, items: items(1) }).wait();
    const error = thrown(() => client.map({ ...base, ...change, items: items(1) }));
    expect(error).toMatchObject({ code: 'job_conflict', jobId: 'j', message: expect.stringMatching(text) as string });
    expect(await client.job('j').status()).toBe('completed');
  });

  it.each([
    ['provider', { ...localEcho(), name: 'other' }, /with provider "local_echo", now .* "other"/],
    ['endpoint', { ...localEcho(), endpoint: 'other' }, /with endpoint "echo", now .* "other"/],
  ])('refuses another %s, for map() and for resume()', async (_, provider, text) => {
    const first = clients.open();
    await first.map({ jobId: 'j', items: items(1) }).wait();
    await first.map({ jobId: 'k', items: items(3) }).cancel();
    const second = clients.open({ provider });
    for (const call of [() => second.map({ jobId: 'j', items: items(1) }), () => second.resume('k')]) {
      expect(thrown(call)).toMatchObject({ code: 'job_conflict', message: expect.stringMatching(text) as string });
    }
  });

  it('lets the newest pacing win', async () => {
    const provider = answering();
    const client = clients.open({ provider, concurrency: 3 });
    await client.map({ jobId: 'j', items: items(2), requestsPerMinute: 1e6, concurrency: 7 }).wait();
    const slow = client.map({ jobId: 'j', items: items(4), requestsPerMinute: 1, drainMs: 0 });
    await provider.asked(3);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(provider.asks).toHaveLength(3);
    expect(await slow.progress()).toMatchObject({ pacing: { waiting: 1 } });
    await slow.pause();
  });

  it('goes on after a refused item with the corrected input', async () => {
    const client = clients.open();
    const { error } = await tell(
      client.map({ jobId: 'j', items: [item('a'), item('b'), { itemId: 'c' } as BatchItem] }),
    );
    expect(error).toMatchObject({
      code: 'invalid_item',
      message: expect.stringContaining('item 3: the field "input" is missing') as string,
    });
    const { ids, last } = await tell(client.map({ jobId: 'j', items: [item('a'), item('b'), item('c')] }));
    expect([...ids].sort()).toEqual(['a', 'b', 'c']);
    expect(last).toMatchObject({ type: 'complete', progress: { done: 3 } });
  });

  it('is busy while another client of this process works on the job, and says who', () => {
    const provider = new HandProvider();
    clients.open({ provider }).map({ jobId: 'j', items: items(2) });
    const other = clients.open({ provider });
    for (const call of [
      () => other.map({ jobId: 'j', items: items(2) }),
      () => other.resume('j'),
      () => other.job('j').retryFailed(),
    ]) {
      expect(thrown(call)).toMatchObject({
        code: 'job_busy',
        message: expect.stringContaining(`process ${process.pid} on`) as string,
      });
    }
  });
});

describe('two clients over one database', () => {
  it('show the same events, whoever does the work', async () => {
    const provider = new HandProvider();
    const owner = clients.open({ provider });
    const worker = tell(owner.map({ jobId: 'j', items: items(3) }));
    const watcher = tell(clients.open({ provider }).job('j'));
    await provider.asked(3);
    for (const ask of provider.asks) ask.answer();
    const [own, watched] = await Promise.all([worker, watcher]);
    expect(watched.items).toEqual(own.items);
    expect(watched.last).toEqual(own.last);
  });

  it('let one ask the other to pause, and to cancel', async () => {
    const provider = new HandProvider();
    const owner = clients.open({ provider, concurrency: 1 });
    const other = clients.open({ provider });
    const paused = tell(owner.map({ jobId: 'j', items: items(3) }));
    await provider.asked(1);
    const pausing = other.job('j').pause();
    // The owner hears of it with its next commit.
    provider.asks[0]!.answer();
    await pausing;
    expect((await paused).error?.code).toBe('paused');
    expect(await other.job('j').status()).toBe('paused');

    const cancelled = tell(owner.resume('j'));
    await provider.asked(2);
    const cancelling = other.job('j').cancel();
    provider.asks[1]!.answer();
    await cancelling;
    expect(await cancelled).toMatchObject({ ids: ['i0', 'i1'], last: { type: 'complete', status: 'cancelled' } });
    expect(await other.job('j').info()).toMatchObject({ status: 'cancelled', ok: 2, pending: 1 });
  });
});

describe('resume()', () => {
  it('does what is left of a stopped job', async () => {
    const provider = new HandProvider();
    const client = clients.open({ provider, concurrency: 2 });
    const job = client.map({ items: items(4) });
    await provider.asked(2);
    const pausing = job.pause();
    for (const ask of provider.asks) ask.answer();
    await pausing;
    const told = tell(client.resume(job.jobId));
    for (const ask of (await provider.asked(4)).slice(2)) ask.answer();
    expect([...(await told).ids].sort()).toEqual(['i0', 'i1', 'i2', 'i3']);
    expect(provider.asks).toHaveLength(4);
  });

  it('only watches a job that is at work here, or completed', async () => {
    const provider = new HandProvider();
    const client = clients.open({ provider });
    const job = client.map({ items: items(1) });
    const told = tell(client.resume(job.jobId));
    (await provider.asked(1))[0]!.answer();
    expect((await told).ids).toEqual(['i0']);
    expect((await tell(client.resume(job.jobId))).last).toMatchObject({ type: 'complete' });
    expect(provider.asks).toHaveLength(1);
  });

  it('takes options that are the newest, and keeps those of before', async () => {
    const provider = new HandProvider((ask) => ask.fail(httpError(500)));
    const client = clients.open({ provider, backoffBaseMs: 0 });
    const job = client.map({ items: items(1), maxAttempts: 3, maxFailures: 0, keepRaw: 'never' });
    expect((await tell(job)).error?.code).toBe('too_many_failures');
    expect(provider.asks).toHaveLength(3);
    const { events } = await tell(client.map({ jobId: job.jobId, items: items(2), maxFailures: 9 }));
    expect(events.at(-1)).toMatchObject({ type: 'complete' });
    expect(provider.ids).toEqual(['i0', 'i0', 'i0', 'i1', 'i1', 'i1']);
  });

  it('names a job that is not there, and where it looked', () => {
    const client = clients.open();
    for (const call of [() => client.resume('nope'), () => client.job('nope')]) {
      expect(thrown(call)).toMatchObject({
        code: 'job_not_found',
        message: `There is no job "nope" in ${clients.path}`,
      });
    }
    expect(thrown(() => client.job('')).code).toBe('invalid_options');
    expect(thrown(() => client.resume('j', { items: [] } as never)).message).toMatch(
      /^resume\(\): unknown option "items"/,
    );
  });
});

describe('two jobs with the same id created in turn', () => {
  it('are one job for whoever comes second', async () => {
    const client = clients.open();
    const [a, b] = [client.map({ jobId: 'j', items: items(2) }), client.map({ jobId: 'j', items: items(2, 2) })];
    const [one, two] = await Promise.all([lastValueFrom(a.pipe(toArray())), lastValueFrom(b.pipe(toArray()))]);
    // The snapshots at the beginning are of two moments.
    expect(one.slice(1)).toEqual(two.slice(1));
    expect(await client.jobs()).toHaveLength(1);
    expect(await a.info()).toMatchObject({ total: 4, ok: 4 });
  });
});
