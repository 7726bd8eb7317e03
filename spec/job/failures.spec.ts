import type { Provider } from '../../lib/index.js';
import { items, itemsTold, tell, testClients } from '../support/clients.js';
import { HandProvider, httpError } from '../support/hand-provider.js';

const clients = testClients();
const failing = (error: unknown): HandProvider => new HandProvider((ask) => ask.fail(error));

describe('a failed item', () => {
  it('of a provider that gives no answer to wait for is that of the item', async () => {
    const request = (() => ({ output: 'at once' })) as never;
    const { items: told, last } = await tell(
      clients.open({ provider: { name: 'hasty', request }, backoffBaseMs: 0 }).map({ items: items(2) }),
    );
    expect(told.map(({ result }) => result)).toMatchObject([{ ok: false }, { ok: false }]);
    expect(told[0]!.result).toMatchObject({ error: { message: expect.stringContaining('stream') as string } });
    expect(last).toMatchObject({ type: 'complete', progress: { failed: 2 } });
  });

  it('is an event and a value, never the end of the job; its siblings go on', async () => {
    const provider = new HandProvider((ask) =>
      ask.itemId === 'i1' ? ask.fail(httpError(400, 'too strange')) : ask.answer(),
    );
    const job = clients.open({ provider }).map({ items: items(3) });
    const { items: results, error, last } = await tell(job);
    expect(error).toBeUndefined();
    expect(results.find(({ itemId }) => itemId === 'i1')!.result).toEqual({
      itemId: 'i1',
      ok: false,
      error: { code: 'invalid_request', message: 'too strange', status: 400, retryable: false },
      attempts: 1,
    });
    expect(last).toMatchObject({ type: 'complete', progress: { ok: 2, failed: 1 } });
  });

  it('was tried maxAttempts times where trying again could help', async () => {
    const provider = failing(httpError(503, 'busy'));
    const job = clients.open({ provider, maxAttempts: 3, backoffBaseMs: 0 }).map({ items: items(1) });
    expect((await tell(job)).items[0]!.result).toMatchObject({
      ok: false,
      attempts: 3,
      error: { code: 'server_error', status: 503, retryable: true },
    });
    expect(provider.asks.map(({ context }) => context.attempt)).toEqual([1, 2, 3]);
  });

  it.each<[string, Provider['request'], string]>([
    [
      'throws synchronously',
      () => {
        throw new Error('oops');
      },
      'server_error',
    ],
    ['rejects', () => Promise.reject(new Error('oops')), 'server_error'],
    ['answers nothing', () => [], 'invalid_response'],
    [
      'throws no Error at all',
      () => {
        throw 'oops';
      },
      'server_error',
    ],
  ])('of a provider that %s keeps its reason', async (_, request, code) => {
    const job = clients
      .open({ provider: { name: 'p', request }, maxAttempts: 2, backoffBaseMs: 0 })
      .map({ items: items(2) });
    const { items: results } = await tell(job);
    for (const { result } of results) expect(result).toMatchObject({ ok: false, attempts: 2, error: { code } });
  });

  it('survives a classify that throws', async () => {
    const provider = Object.assign(failing(httpError(400)), {
      classify: () => {
        throw new Error('mine');
      },
    });
    expect((await tell(clients.open({ provider }).map({ items: items(1) }))).items[0]!.result).toMatchObject({
      error: { code: 'invalid_request' },
    });
  });
});

describe('an attempt that takes longer than attemptTimeoutMs', () => {
  it('is given up, its signal aborted, and counts', async () => {
    const provider = new HandProvider();
    const job = clients
      .open({ provider, attemptTimeoutMs: 20, maxAttempts: 2, backoffBaseMs: 0 })
      .map({ items: items(1) });
    const told = tell(job);
    const [first] = await provider.asked(1);
    const { signal } = first!.context;
    expect(first!.context.timeoutMs).toBe(20);
    await provider.asked(2);
    expect(signal.aborted).toBe(true);
    expect((await told).items[0]!.result).toMatchObject({
      ok: false,
      attempts: 2,
      error: { code: 'timeout', message: 'No answer within 20 ms', retryable: true },
    });
  });

  it('may still answer late, to nobody', async () => {
    const provider = new HandProvider();
    const job = clients.open({ provider, attemptTimeoutMs: 10, maxAttempts: 1 }).map({ items: items(1) });
    const told = await tell(job);
    provider.asks[0]!.answer();
    expect((await tell(job)).items).toEqual(told.items);
  });
});

describe('what stops a job', () => {
  it.each([
    [401, 'wrong key', 'auth'],
    [403, 'not yours', 'auth'],
    [402, 'nothing left', 'quota_exhausted'],
  ])('is status %i: failed, nothing burnt, nothing lost, resume() goes on', async (status, message, code) => {
    const provider = new HandProvider((ask) =>
      provider.asks.length <= 2 ? ask.answer() : ask.fail(httpError(status, message)),
    );
    const client = clients.open({ provider, concurrency: 1 });
    const job = client.map({ items: items(6) });
    const { ids, error, last } = await tell(job);
    expect(ids).toEqual(['i0', 'i1']);
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) as string });
    expect(last).toMatchObject({
      type: 'progress',
      progress: { status: 'failed', reason: { code }, ok: 2, failed: 0, pending: 4 },
    });
    expect(provider.asks).toHaveLength(3);

    const good = new HandProvider((ask) => ask.answer());
    const resumed = await tell(clients.open({ provider: good }).resume(job.jobId));
    expect(good.ids).toEqual(['i2', 'i3', 'i4', 'i5']);
    expect(resumed.items.map(({ result }) => result.attempts)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('lets answers in flight come in', async () => {
    const provider = new HandProvider();
    const job = clients.open({ provider, concurrency: 3 }).map({ items: items(9) });
    const told = tell(job);
    await provider.asked(3);
    provider.asks[1]!.fail(httpError(401));
    await new Promise((resolve) => setTimeout(resolve, 10));
    provider.asks[0]!.answer();
    provider.asks[2]!.answer();
    expect(await told).toMatchObject({ ids: ['i0', 'i2'], error: { code: 'auth' } });
    expect(provider.asks).toHaveLength(3);
  });

  it('may say itself that it is a pause: a daily quota', async () => {
    const verdict = {
      kind: 'stop',
      status: 'paused',
      code: 'daily_quota',
      error: { code: 'quota_exhausted', message: 'until tomorrow', retryable: true },
    } as const;
    const provider = Object.assign(failing(new Error('no')), { classify: () => verdict });
    const job = clients.open({ provider }).map({ items: items(2) });
    expect((await tell(job)).error).toMatchObject({ code: 'daily_quota', message: 'until tomorrow' });
    expect(await job.info()).toMatchObject({
      status: 'paused',
      reason: { code: 'daily_quota' },
      failed: 0,
      pending: 2,
    });
  });
});

describe('the circuit breaker', () => {
  it('pauses once more than maxFailures items failed, and counts anew in the next run', async () => {
    const provider = failing(httpError(400, 'bad template'));
    const client = clients.open({ provider, concurrency: 1, maxFailures: 2 });
    const job = client.map({ items: items(20) });
    const { ids, error } = await tell(job);
    expect(ids).toEqual(['i0', 'i1', 'i2']);
    expect(error).toMatchObject({
      code: 'too_many_failures',
      message: '3 items failed, more than maxFailures (2); the last said: bad template',
    });
    expect(await job.status()).toBe('paused');
    expect((await tell(client.resume(job.jobId))).ids).toHaveLength(6);
    expect((await tell(client.resume(job.jobId, { maxFailures: 1_000 }))).last).toMatchObject({
      type: 'complete',
      progress: { failed: 20 },
    });
  });

  it('pauses at a share of failures, of at least 20 finished items', async () => {
    const provider = new HandProvider((ask) =>
      Number(ask.itemId.slice(1)) % 2 === 0 ? ask.fail(httpError(400)) : ask.answer(),
    );
    const job = clients.open({ provider, concurrency: 1, maxFailureRate: 0.4 }).map({ items: items(100) });
    const { ids, error } = await tell(job);
    // Looked at when one fails: the twentieth item was good.
    expect(ids).toHaveLength(21);
    expect(error?.message).toMatch(/^11 of 21 items failed, more than maxFailureRate \(0.4\)/);
  });

  it('never trips on the last allowed failure, nor with maxFailureRate: 1', async () => {
    const provider = failing(httpError(400));
    const client = clients.open({ provider });
    expect(await client.map({ items: items(3), maxFailures: 3 }).wait()).toMatchObject({
      status: 'completed',
      failed: 3,
    });
    expect(await client.map({ items: items(30), maxFailureRate: 1 }).wait()).toMatchObject({
      status: 'completed',
      failed: 30,
    });
  });
});

describe('attempts', () => {
  it('are remembered over clients: a restart does not begin to count again', async () => {
    const first = new HandProvider();
    const before = clients.open({ provider: first, backoffBaseMs: 0, maxAttempts: 3, concurrency: 2 });
    before.map({ jobId: 'j', items: items(2) });
    // The second attempt leaves after the first one's failure was recorded, with the other item's answer.
    (await first.asked(2))[0]!.fail(httpError(500));
    (await first.asked(3))[1]!.answer();
    await itemsTold(before.job('j'), 1);
    await before.close({ drainMs: 0 });

    const second = failing(httpError(500, 'still'));
    const { items: results } = await tell(
      clients.open({ provider: second, backoffBaseMs: 0 }).map({ jobId: 'j', items: items(2) }),
    );
    expect(second.asks.map(({ itemId, context }) => [itemId, context.attempt])).toEqual([
      ['i0', 2],
      ['i0', 3],
    ]);
    expect(results.find(({ itemId }) => itemId === 'i0')!.result).toMatchObject({ ok: false, attempts: 3 });
  });

  it('are not used up by what a pause, a close or a cancel gave up', async () => {
    const provider = new HandProvider();
    const client = clients.open({ provider, maxAttempts: 1, drainMs: 0 });
    const job = client.map({ items: items(1) });
    for (let n = 1; n <= 3; n++) {
      await provider.asked(n);
      await (n === 2 ? job.cancel() : job.pause());
      client.resume(job.jobId);
    }
    const told = tell(job);
    (await provider.asked(4))[3]!.answer();
    expect((await told).items[0]!.result).toMatchObject({ ok: true, attempts: 1 });
  });
});
