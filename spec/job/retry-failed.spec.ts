import { item, items, tell, testClients, thrown } from '../support/clients.js';
import { HandProvider, httpError } from '../support/hand-provider.js';

const clients = testClients();

/** Fails the named items until told otherwise. */
function moody(): { provider: HandProvider; bad: Set<string> } {
  const bad = new Set(['i1', 'i3']);
  return {
    bad,
    provider: new HandProvider((ask) => (bad.has(ask.itemId) ? ask.fail(httpError(400, 'no')) : ask.answer())),
  };
}

describe('retryFailed()', () => {
  it('takes the failed items up again, and nothing else', async () => {
    const { provider, bad } = moody();
    const client = clients.open({ provider });
    const job = client.map({ items: items(5) });
    const before = await tell(job);
    expect(before.last).toMatchObject({ type: 'complete', progress: { ok: 3, failed: 2 } });
    bad.clear();
    expect(job.retryFailed()).toBe(job);
    const after = await tell(job);
    expect(provider.ids.slice(5)).toEqual(['i1', 'i3']);
    // A replay of the good ones, then the new results; the failures are gone, and no sequence is used again.
    expect(after.items.map(({ itemId, result }) => [itemId, result.ok])).toEqual([
      ['i0', true],
      ['i2', true],
      ['i4', true],
      ['i1', true],
      ['i3', true],
    ]);
    expect(after.items.slice(0, 3)).toEqual(before.items.filter(({ result }) => result.ok));
    for (const { seq } of after.items.slice(3)) expect(seq).toBeGreaterThan(before.last.seq);
    expect(after.events.filter(({ type }) => type === 'complete')).toHaveLength(1);
    expect(after.last).toMatchObject({ type: 'complete', progress: { total: 5, ok: 5, failed: 0 } });
    expect(await job.info()).toMatchObject({ ok: 5, failed: 0 });
  });

  it('takes the failures back in the same call, before anything is sent', async () => {
    const { provider } = moody();
    const job = clients.open({ provider }).map({ items: items(5) });
    await job.wait();
    job.retryFailed();
    expect(Object.keys(await job.resultsDict()).sort()).toEqual(['i0', 'i2', 'i4']);
    expect(await job.info()).toMatchObject({ ok: 3, failed: 0, pending: 2 });
    expect((await tell(job)).last).toMatchObject({ progress: { ok: 3, failed: 2 } });
  });

  it('begins with fresh attempts', async () => {
    const provider = new HandProvider((ask) => ask.fail(httpError(500)));
    const job = clients.open({ provider, maxAttempts: 2, backoffBaseMs: 0 }).map({ items: items(1) });
    expect((await tell(job)).items[0]!.result.attempts).toBe(2);
    expect((await tell(job.retryFailed())).items[0]!.result.attempts).toBe(2);
    expect(provider.asks.map(({ context }) => context.attempt)).toEqual([1, 2, 1, 2]);
  });

  it('takes up what a stopped job has left as well', async () => {
    const { provider, bad } = moody();
    const client = clients.open({ provider, concurrency: 1, maxFailures: 0 });
    const job = client.map({ items: items(5) });
    expect((await tell(job)).error?.code).toBe('too_many_failures');
    bad.clear();
    const { ids, last } = await tell(job.retryFailed());
    expect([...ids].sort()).toEqual(['i0', 'i1', 'i2', 'i3', 'i4']);
    expect(last).toMatchObject({ type: 'complete' });
  });

  it('of a job without failures replays it and sends nothing', async () => {
    const provider = new HandProvider((ask) => ask.answer());
    const job = clients.open({ provider }).map({ items: items(2) });
    const { events } = await tell(job);
    expect((await tell(job.retryFailed())).last).toEqual(events.at(-1));
    expect(provider.asks).toHaveLength(2);
  });

  it('is refused while the job is at work', async () => {
    const provider = new HandProvider();
    const job = clients.open({ provider }).map({ items: items(1) });
    await provider.asked(1);
    expect(thrown(() => job.retryFailed())).toMatchObject({ code: 'job_busy' });
  });

  it('works from another process’s handle once the job has ended, and keeps the options of before', async () => {
    const { provider, bad } = moody();
    const first = clients.open({ provider });
    await first.map({ jobId: 'j', items: items(5), keepRaw: 'never', tags: ['t'] }).wait();
    await first.close();
    bad.clear();
    const job = clients.open({ provider }).job('j');
    await job.retryFailed().wait();
    expect((await job.resultsDict())['i1']).toEqual({ itemId: 'i1', ok: true, output: 're: i1', attempts: 1 });
  });

  it('may be called when the last event comes', async () => {
    const { provider, bad } = moody();
    const client = clients.open({ provider });
    const job = client.map({ items: items(5) });
    await job.wait();
    bad.clear();
    await new Promise<void>((resolve) => {
      job.subscribe({
        complete: () => {
          job.retryFailed();
          resolve();
        },
      });
    });
    expect(await job.wait()).toMatchObject({ ok: 5, failed: 0 });
  });

  it('leaves a watcher across pauses with one story', async () => {
    const { provider, bad } = moody();
    const client = clients.open({ provider, concurrency: 1, maxFailures: 0 });
    const job = client.map({ items: [item('i1')], maxFailures: 0 });
    const told = tell(job.events({ acrossPauses: true }));
    await tell(job);
    bad.clear();
    job.retryFailed();
    const { items: results, last, error } = await told;
    expect(error).toBeUndefined();
    expect(results.map(({ result }) => result.ok)).toEqual([false, true]);
    expect(last).toMatchObject({ type: 'complete', progress: { ok: 1, failed: 0 } });
  });
});
