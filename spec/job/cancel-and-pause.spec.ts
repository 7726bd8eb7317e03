import { lastValueFrom, of, concat, NEVER, toArray } from 'rxjs';
import { items, tell, testClients, thrown } from '../support/clients.js';
import { HandProvider, httpError } from '../support/hand-provider.js';

const clients = testClients();

describe('cancel()', () => {
  it('sends no more, keeps the answers in flight, and completes with status cancelled', async () => {
    const provider = new HandProvider();
    const client = clients.open({ provider, concurrency: 2 });
    const job = client.map({ jobId: 'j', items: items(5) });
    const told = tell(job);
    await provider.asked(2);
    const cancelling = job.cancel();
    provider.asks[0]!.answer();
    provider.asks[1]!.answer();
    await cancelling;
    const { ids, error, last } = await told;
    expect(provider.asks).toHaveLength(2);
    expect(ids).toEqual(['i0', 'i1']);
    expect(error).toBeUndefined();
    expect(last).toMatchObject({
      type: 'complete',
      status: 'cancelled',
      progress: { status: 'cancelled', done: 2, pending: 3, inFlight: 0 },
    });
    expect(await job.info()).toMatchObject({
      status: 'cancelled',
      reason: null,
      ok: 2,
      failed: 0,
      pending: 3,
      owner: null,
    });
    // The items left have no event and no result.
    expect(Object.keys(await job.resultsDict())).toEqual(['i0', 'i1']);
    expect((await tell(clients.open({ provider }).job('j'))).last).toEqual(last);
  });

  it.each(['resume', 'map'])('leaves pending what %s() can take up', async (way) => {
    const provider = new HandProvider();
    const client = clients.open({ provider, concurrency: 2 });
    const job = client.map({ jobId: 'j', items: items(3), drainMs: 0 });
    await provider.asked(2);
    await job.cancel();
    const again = way === 'resume' ? client.resume('j') : client.map({ jobId: 'j', items: items(3) });
    const told = tell(again);
    for (let n = 2; n < 5; n++) (await provider.asked(n + 1))[n]!.answer();
    const { events, ids } = await told;
    expect([...ids].sort()).toEqual(['i0', 'i1', 'i2']);
    expect(events.filter(({ type }) => type === 'complete')).toMatchObject([{ status: 'completed' }]);
  });

  it('gives up what is still in flight after drainMs, at no cost of an attempt', async () => {
    const provider = new HandProvider();
    const client = clients.open({ provider, drainMs: 20 });
    const job = client.map({ items: items(1) });
    await provider.asked(1);
    await job.cancel();
    expect(provider.asks[0]!.givenUp).toBe(true);
    const told = tell(client.resume(job.jobId));
    (await provider.asked(2))[1]!.answer();
    expect((await told).items[0]!.result).toMatchObject({ ok: true, attempts: 1 });
  });

  it('does not wait for a backoff, a hold of the limiter, or an input that takes its time', async () => {
    const provider = new HandProvider((ask) =>
      ask.fail(ask.itemId === 'i0' ? httpError(500) : httpError(429, 'slow down', { 'retry-after': '3600' })),
    );
    const job = clients
      .open({ provider, backoffBaseMs: 60_000, random: () => 1, maxStallMs: 1e9 })
      .map({ items: concat(of(...items(3)), NEVER) });
    await provider.asked(2);
    await job.cancel();
    expect(await job.info()).toMatchObject({ status: 'cancelled', ok: 0, failed: 0, pending: 3 });
  });

  it('of a job nobody works on is written at once', async () => {
    const provider = new HandProvider();
    const client = clients.open({ provider });
    const job = client.map({ items: items(2), drainMs: 0 });
    await provider.asked(2);
    await job.pause();
    await job.cancel();
    const { error, last } = await tell(job);
    expect(error).toBeUndefined();
    expect(last).toMatchObject({
      type: 'complete',
      status: 'cancelled',
      progress: { status: 'cancelled', pending: 2 },
    });
  });

  it('of a job that has ended changes nothing', async () => {
    const job = clients.open().map({ items: items(2) });
    const told = await tell(job);
    await job.cancel();
    await job.pause();
    expect((await tell(job)).last).toEqual(told.last);
  });

  it('twice is as good as once, and while a pause() still drains it has the last word', async () => {
    const provider = new HandProvider();
    const client = clients.open({ provider, concurrency: 1 });
    const job = client.map({ items: items(2) });
    await provider.asked(1);
    const ending = [job.pause(), job.cancel(), job.cancel(), job.pause()];
    provider.asks[0]!.answer();
    await Promise.all(ending);
    expect(await job.info()).toMatchObject({ status: 'cancelled', ok: 1, pending: 1 });
    expect((await tell(job)).events.filter(({ type }) => type === 'complete')).toHaveLength(1);
  });

  it('has the last word, too, while the pause() is that of another client', async () => {
    const provider = new HandProvider();
    const own = clients.open({ provider, concurrency: 1 }).map({ jobId: 'j', items: items(2) });
    await provider.asked(1);
    const ending = [own.pause(), clients.open({ provider }).job('j').cancel()];
    await new Promise((resolve) => setTimeout(resolve, 10));
    provider.asks[0]!.answer();
    await Promise.all(ending);
    expect(await own.info()).toMatchObject({ status: 'cancelled', ok: 1, pending: 1 });
  });

  it('may be called from a subscriber', async () => {
    const job = clients.open({ concurrency: 1 }).map({ items: items(1_000) });
    job.subscribe((event) => {
      if (event.type === 'item') void job.cancel();
    });
    const { last, ids } = await tell(job);
    expect(last).toMatchObject({ type: 'complete', status: 'cancelled' });
    expect(ids.length).toBeLessThan(1_000);
  });
});

describe('pause()', () => {
  it('keeps the answers in flight, errors once with code paused, and resume() goes on', async () => {
    const provider = new HandProvider();
    const client = clients.open({ provider, concurrency: 2 });
    const job = client.map({ items: items(4) });
    const told = tell(job);
    await provider.asked(2);
    const pausing = job.pause();
    for (const ask of provider.asks) ask.answer();
    await pausing;
    expect(await told).toMatchObject({ ids: ['i0', 'i1'], error: { code: 'paused', jobId: job.jobId } });
    expect(await job.info()).toMatchObject({
      status: 'paused',
      reason: { code: 'paused' },
      ok: 2,
      pending: 2,
      owner: null,
    });
    const resumed = tell(client.resume(job.jobId));
    for (const ask of (await provider.asked(4)).slice(2)) ask.answer();
    expect((await resumed).ids).toEqual(['i0', 'i1', 'i2', 'i3']);
    expect(provider.ids).toEqual(['i0', 'i1', 'i2', 'i3']);
  });

  it('is not undone by a resume() that comes too early: that one says so', async () => {
    const provider = new HandProvider();
    const client = clients.open({ provider, concurrency: 1 });
    const job = client.map({ jobId: 'j', items: items(2) });
    await provider.asked(1);
    const pausing = job.pause();
    expect(thrown(() => client.resume('j'))).toMatchObject({
      code: 'job_busy',
      message: expect.stringContaining('call resume() again when it has') as string,
    });
    provider.asks[0]!.answer();
    await pausing;
    const resumed = tell(client.resume('j'));
    (await provider.asked(2))[1]!.answer();
    expect((await resumed).ids).toEqual(['i0', 'i1']);
  });

  it('says that it was paused here, not elsewhere', async () => {
    const job = clients.open({ provider: new HandProvider(), drainMs: 0 }).map({ items: items(1) });
    const told = tell(job);
    await job.pause();
    expect((await told).error?.message).not.toContain('another process');
  });

  it('right after map(), before anything was read, keeps a job that can go on', async () => {
    const client = clients.open();
    const job = client.map({ items: items(3) });
    await job.pause();
    expect(await job.status()).toBe('paused');
    expect((await tell(client.resume(job.jobId))).ids).toHaveLength(3);
  });

  it('leaves the AbortSignals alone while it drains', async () => {
    const provider = new HandProvider();
    const job = clients.open({ provider }).map({ items: items(1) });
    const signal = (await provider.asked(1))[0]!.context.signal;
    const pausing = job.pause();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(signal.aborted).toBe(false);
    provider.asks[0]!.answer();
    await pausing;
    expect(signal.aborted).toBe(false);
  });
});

it('the AbortSignal of a request that failed or was answered is never aborted', async () => {
  const provider = new HandProvider();
  const job = clients.open({ provider, backoffBaseMs: 0 }).map({ items: items(1) });
  const told = lastValueFrom(job.pipe(toArray()));
  const first = (await provider.asked(1))[0]!;
  const signals = [first.context.signal];
  first.fail(httpError(500));
  const second = (await provider.asked(2))[1]!;
  signals.push(second.context.signal);
  second.answer();
  await told;
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
});
