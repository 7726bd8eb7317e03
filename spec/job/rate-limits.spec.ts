import { ofType } from '../../lib/index.js';
import { firstValueFrom, filter } from 'rxjs';
import { items, tell, testClients } from '../support/clients.js';
import { HandProvider, httpError } from '../support/hand-provider.js';

const clients = testClients();

describe('a 429', () => {
  it('uses up no attempt, however often it comes', async () => {
    let refusals = 12;
    const provider = new HandProvider((ask) =>
      refusals-- > 0 ? ask.fail(httpError(429, 'slow', { 'retry-after-ms': '1' })) : ask.answer(),
    );
    const job = clients.open({ provider, maxAttempts: 1, concurrency: 4 }).map({ items: items(6) });
    const { items: results, last } = await tell(job);
    expect(results.map(({ result }) => [result.ok, result.attempts])).toEqual(Array(6).fill([true, 1]));
    expect(last).toMatchObject({ type: 'complete', progress: { ok: 6 } });
    expect(provider.asks).toHaveLength(18);
  });

  it('holds everybody on that limiter, over jobs, and says so in the progress', async () => {
    const provider = new HandProvider();
    const client = clients.open({ provider, concurrency: 2 });
    const job = client.map({ items: items(4) });
    await provider.asked(2);
    const held = firstValueFrom(
      job.pipe(
        ofType('progress'),
        filter(({ progress }) => progress.pacing.state === 'held'),
      ),
    );
    const from = Date.now();
    provider.asks[0]!.fail(httpError(429, 'slow', { 'retry-after-ms': '150' }));
    provider.asks[1]!.answer();
    const other = client.map({ items: items(2, 10) });
    const { pacing } = (await held).progress;
    expect(pacing).toMatchObject({ state: 'held', refusals: 1 });
    expect(pacing.until).toBeGreaterThanOrEqual(from + 145);
    expect(provider.asks).toHaveLength(2);
    await provider.asked(3);
    expect(Date.now() - from).toBeGreaterThanOrEqual(140);
    const told = Promise.all([tell(job), tell(other)]);
    for (let n = 2; n < 7; n++) (await provider.asked(n + 1))[n]!.answer();
    expect((await told).map(({ ids }) => ids.length)).toEqual([4, 2]);
  });

  it('does not hold jobs on another model', async () => {
    const provider = new HandProvider();
    const client = clients.open({ provider });
    client.map({ items: items(1), model: 'a', drainMs: 0 });
    (await provider.asked(1))[0]!.fail(httpError(429, 'slow', { 'retry-after': '60' }));
    const told = tell(client.map({ items: items(1), model: 'b' }));
    (await provider.asked(2))[1]!.answer();
    expect((await told).ids).toEqual(['i0']);
  });

  it('whose wait is longer than maxStallMs pauses the job as stalled, and resume() tries again', async () => {
    const provider = new HandProvider((ask) =>
      provider.asks.length === 1 ? ask.fail(httpError(429, 'slow', { 'retry-after-ms': '400' })) : ask.answer(),
    );
    const client = clients.open({ provider, maxStallMs: 300, concurrency: 1 });
    const job = client.map({ items: items(2) });
    const { error } = await tell(job);
    expect(error).toMatchObject({ code: 'stalled', message: expect.stringContaining('raise maxStallMs') as string });
    expect(await job.info()).toMatchObject({ status: 'paused', reason: { code: 'stalled' }, failed: 0, pending: 2 });
    expect((await tell(client.resume(job.jobId))).ids).toEqual(['i0', 'i1']);
  });
});

describe('requestsPerMinute and tokensPerMinute', () => {
  it('space requests out', async () => {
    const provider = new HandProvider((ask) => ask.answer());
    // One at once, then one every 50 ms.
    const job = clients.open({ provider, requestsPerMinute: 1_200 }).map({ items: items(25) });
    const from = Date.now();
    await job.wait();
    // A second's worth (20) goes at once.
    expect(Date.now() - from).toBeGreaterThanOrEqual(200);
  });

  it('count tokens by the provider’s estimate', async () => {
    const provider = Object.assign(new HandProvider((ask) => ask.answer()), { estimateTokens: () => 10 });
    const job = clients.open({ provider, tokensPerMinute: 6_000 }).map({ items: items(13) });
    const from = Date.now();
    await job.wait();
    // 100 at once, then 10 every 100 ms.
    expect(Date.now() - from).toBeGreaterThanOrEqual(250);
  });
});
