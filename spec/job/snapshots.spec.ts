import { filter, firstValueFrom } from 'rxjs';
import { ofType } from '../../lib/index.js';
import { failure, items, itemsTold, tell, testClients } from '../support/clients.js';
import { HandProvider, httpError } from '../support/hand-provider.js';

const clients = testClients();

describe('status(), progress() and info()', () => {
  it('follow a job from pending to its end, for its own client and another', async () => {
    const provider = new HandProvider();
    const client = clients.open({ provider, concurrency: 1, defaultModel: 'm' });
    const other = clients.open({ provider });
    const job = client.map({ jobId: 'j', items: items(3), asyncSubmit: false, tags: ['t'], metadata: 5 });
    const views = [job, other.job('j')];
    for (const view of views) {
      expect(await view.status()).toBe('pending');
      expect(await view.progress()).toMatchObject({
        mode: 'emulated',
        status: 'pending',
        total: 0,
        totalKnown: false,
        done: 0,
      });
      expect(await view.info()).toMatchObject({
        jobId: 'j',
        status: 'pending',
        model: 'm',
        tags: ['t'],
        metadata: 5,
        owner: null,
        pacing: null,
      });
    }
    const told = tell(job);
    (await provider.asked(1))[0]!.answer();
    await itemsTold(job, 1);
    await provider.asked(2);
    for (const view of views) {
      expect(await view.status()).toBe('running');
      expect(await view.progress()).toMatchObject({ status: 'running', total: 3, done: 1, ok: 1, failed: 0 });
      expect(await view.info()).toMatchObject({
        status: 'running',
        total: 3,
        ok: 1,
        pending: 2,
        owner: { pid: process.pid },
        pacing: { state: 'open', until: null },
      });
    }
    provider.asks[1]!.fail(httpError(400, 'bad'));
    (await provider.asked(3))[2]!.answer();
    await told;
    for (const view of views) {
      expect(await view.status()).toBe('completed');
      expect(await view.progress()).toMatchObject({
        status: 'completed',
        reason: null,
        total: 3,
        totalKnown: true,
        done: 3,
        ok: 2,
        failed: 1,
        inFlight: 0,
        pending: 0,
      });
      expect(await view.info()).toMatchObject({
        status: 'completed',
        inputComplete: true,
        ok: 2,
        failed: 1,
        pending: 0,
        owner: null,
        pacing: null,
      });
    }
  });
});

describe('the pacing in info()', () => {
  it('is that of a held job for its own client and for another, and of nobody once it rests', async () => {
    const provider = new HandProvider();
    const client = clients.open({
      provider,
      concurrency: 1,
      requestsPerMinute: 6_000,
      drainMs: 0,
      progressIntervalMs: 0,
    });
    const job = client.map({ jobId: 'j', items: items(2) });
    const held = firstValueFrom(
      job.pipe(
        ofType('progress'),
        filter(({ progress }) => progress.pacing.state === 'held'),
      ),
    );
    (await provider.asked(1))[0]!.fail(httpError(429, 'slow', { 'retry-after': '60' }));
    const { pacing } = (await held).progress;
    const elsewhere = clients.open({ provider }).job('j');
    for (const view of [job, elsewhere]) {
      expect((await view.info()).pacing).toMatchObject({ state: 'held', until: pacing.until, refusals: 1 });
    }
    await job.pause();
    for (const view of [job, elsewhere]) expect(await view.info()).toMatchObject({ status: 'paused', pacing: null });
  });
});

describe('wait()', () => {
  it('resolves with the final progress, now and later', async () => {
    const job = clients.open().map({ items: items(3) });
    const progress = await job.wait();
    expect(progress).toMatchObject({ status: 'completed', done: 3 });
    expect(await job.wait()).toMatchObject({ status: 'completed', done: 3 });
    expect(await clients.open().job(job.jobId).wait()).toMatchObject({ status: 'completed', done: 3 });
  });

  it('rejects with what stopped the job, now and later', async () => {
    const provider = new HandProvider((ask) => ask.fail(httpError(401, 'wrong key')));
    const job = clients.open({ provider }).map({ items: items(3) });
    for (const waiting of [job.wait(), job.wait()])
      expect(await failure(waiting)).toMatchObject({ code: 'auth', jobId: job.jobId });
    expect(await failure(job.wait())).toMatchObject({
      code: 'auth',
      message: expect.stringContaining('wrong key') as string,
    });
  });

  it('resolves for a cancelled job', async () => {
    const job = clients.open({ provider: new HandProvider() }).map({ items: items(3), drainMs: 0 });
    const waiting = job.wait();
    await job.cancel();
    expect(await waiting).toMatchObject({ status: 'cancelled' });
  });
});
