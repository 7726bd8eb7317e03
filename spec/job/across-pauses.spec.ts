import { firstValueFrom, lastValueFrom, filter, take, toArray } from 'rxjs';
import { latestProgress } from '../../lib/index.js';
import { items, tell, testClients } from '../support/clients.js';
import { HandProvider, httpError } from '../support/hand-provider.js';

const clients = testClients();

describe('events({ acrossPauses: true })', () => {
  it('stays open over pause and resume, and completes with the job', async () => {
    const provider = new HandProvider();
    const client = clients.open({ provider, concurrency: 1 });
    const job = client.map({ items: items(3) });
    const told = tell(job.events({ acrossPauses: true }));
    await provider.asked(1);
    const pausing = job.pause();
    provider.asks[0]!.answer();
    await pausing;
    client.resume(job.jobId);
    (await provider.asked(2))[1]!.answer();
    (await provider.asked(3))[2]!.answer();
    const { events, ids, error } = await told;
    expect(error).toBeUndefined();
    expect(ids).toEqual(['i0', 'i1', 'i2']);
    expect(events.some((event) => event.type === 'progress' && event.progress.status === 'paused')).toBe(true);
    expect(events.at(-1)).toMatchObject({ type: 'complete' });
    for (let n = 1; n < events.length; n++) expect(events[n]!.seq).toBeGreaterThan(events[n - 1]!.seq);
  });

  it('stays open over a failure that is repaired', async () => {
    const provider = new HandProvider();
    const client = clients.open({ provider, concurrency: 1 });
    const job = client.map({ items: items(1) });
    const told = tell(job.events({ acrossPauses: true }));
    (await provider.asked(1))[0]!.fail(httpError(401, 'wrong key'));
    expect((await tell(job)).error?.code).toBe('auth');
    client.resume(job.jobId);
    (await provider.asked(2))[1]!.answer();
    expect(await told).toMatchObject({ ids: ['i0'], error: undefined });
  });

  it('goes on when another client takes the job up', async () => {
    const provider = new HandProvider((ask) => ask.answer());
    const client = clients.open({ provider });
    const cold = client.map({ jobId: 'j', items: items(3), asyncSubmit: false });
    await cold.results().forEach(() => {});
    const watcher = tell(clients.open({ provider }).job('j').events({ acrossPauses: true }));
    await cold.wait();
    expect(await watcher).toMatchObject({ error: undefined, last: { type: 'complete' } });
    expect((await watcher).ids).toHaveLength(3);
  });

  it('completes when the client closes', async () => {
    const provider = new HandProvider();
    const client = clients.open({ provider });
    const job = client.map({ items: items(1) });
    const told = lastValueFrom(job.events({ acrossPauses: true }).pipe(toArray()));
    await provider.asked(1);
    await client.close({ drainMs: 0 });
    expect((await told).at(-1)).toMatchObject({
      type: 'progress',
      progress: { status: 'paused', reason: { code: 'closed' } },
    });
  });

  it('starts from now, and from a sequence, as well', async () => {
    const provider = new HandProvider();
    const client = clients.open({ provider, concurrency: 1 });
    const job = client.map({ items: items(2) });
    (await provider.asked(1))[0]!.answer();
    await provider.asked(2);
    const seen = await firstValueFrom(job.pipe(filter(({ type }) => type === 'item')));
    const told = [
      tell(job.events({ after: 'now', acrossPauses: true })),
      tell(job.events({ after: seen.seq, acrossPauses: true })),
    ];
    const pausing = job.pause();
    provider.asks[1]!.answer();
    await pausing;
    client.resume(job.jobId);
    for (const { ids } of await Promise.all(told)) expect(ids).toEqual(['i1']);
  });
});

describe('a stopped job', () => {
  it('tells the last progress with its reason, then errors once, to everybody who attaches', async () => {
    const provider = new HandProvider();
    const client = clients.open({ provider, concurrency: 1 });
    const job = client.map({ items: items(2) });
    const live = tell(job);
    await provider.asked(1);
    const pausing = job.pause();
    provider.asks[0]!.answer();
    await pausing;
    for (const told of [await live, await tell(job), await tell(clients.open({ provider }).job(job.jobId))]) {
      expect(told.last).toMatchObject({
        type: 'progress',
        progress: { status: 'paused', reason: { code: 'paused' }, done: 1, pending: 1 },
      });
      expect(told.error).toMatchObject({ name: 'BatchError', code: 'paused', jobId: job.jobId });
    }
  });

  it('lets latestProgress() end quietly on paused and closed, and fail on the rest', async () => {
    const provider = new HandProvider();
    const client = clients.open({ provider, concurrency: 1 });
    const job = client.map({ items: items(2) });
    await provider.asked(1);
    const progress = lastValueFrom(job.pipe(latestProgress()));
    const pausing = job.pause();
    provider.asks[0]!.answer();
    await pausing;
    expect(await progress).toMatchObject({ status: 'paused', done: 1 });
    client.resume(job.jobId);
    (await provider.asked(2))[1]!.fail(httpError(403, 'no'));
    await expect(lastValueFrom(job.pipe(latestProgress()))).rejects.toMatchObject({ code: 'auth' });
    expect(await firstValueFrom(job.pipe(latestProgress(), take(1)))).toMatchObject({ status: 'failed' });
  });

  it('that was interrupted says how to go on', async () => {
    const client = clients.open();
    const job = client.map({ jobId: 'j', items: items(1), asyncSubmit: false });
    const { error } = await tell(clients.open().job(job.jobId));
    expect(error).toMatchObject({
      code: 'interrupted',
      message: expect.stringContaining('client.resume("j")') as string,
    });
  });
});
