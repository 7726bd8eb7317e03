import { concat, firstValueFrom, NEVER, of, throwError } from 'rxjs';
import type { BatchItem } from '../../lib/index.js';
import { failure, item, items, itemsTold, tell, testClients } from '../support/clients.js';
import { HandProvider } from '../support/hand-provider.js';

const clients = testClients();
const answering = (): HandProvider => new HandProvider((ask) => ask.answer());

describe('an input with a bad item', () => {
  it.each<[string, unknown, string]>([
    ['no object', 7, 'item 3: expected an object such as'],
    ['no input', { itemId: 'x' }, 'item 3: the field "input" is missing'],
    ['a misspelt field', { itemID: 'x', input: 'y' }, 'item 3: unknown field "itemID"; did you mean "itemId"?'],
    ['an id that is no string', { itemId: 5, input: 'y' }, 'item 3: expected "itemId" to be a string, got 5 (number)'],
    ['half a surrogate pair', { itemId: '\ud800', input: 'y' }, 'item 3: "itemId" is not well-formed Unicode'],
    ['what JSON cannot say', { itemId: 'x', input: { n: 1n } }, 'item 3: "input" cannot be written as JSON'],
  ])('stops the intake at %s and fails the job, answers kept', async (_, bad, message) => {
    const provider = answering();
    const client = clients.open({ provider });
    const { ids, error } = await tell(
      client.map({ jobId: 'j', items: [...items(2), bad as BatchItem, item('never')] }),
    );
    expect(error).toMatchObject({ code: 'invalid_item', message: expect.stringContaining(message) as string });
    expect(ids.every((id) => id === 'i0' || id === 'i1')).toBe(true);
    expect(provider.ids).not.toContain('never');
    expect(await client.job('j').info()).toMatchObject({
      status: 'failed',
      reason: { code: 'invalid_item' },
      total: 2,
      inputComplete: false,
    });
  });

  it('names a duplicate id', async () => {
    const { error } = await tell(clients.open().map({ items: [item('a'), item('b'), item('a')] }));
    expect(error).toMatchObject({
      code: 'duplicate_item',
      message: expect.stringMatching(/^item 3: the itemId "a" was given to an earlier item/) as string,
    });
  });

  it('names an id that is stored with another content', async () => {
    const client = clients.open();
    await client.map({ jobId: 'j', items: items(2) }).wait();
    const { error } = await tell(client.map({ jobId: 'j', items: [item('i0'), { itemId: 'i1', input: 'changed' }] }));
    expect(error).toMatchObject({
      code: 'item_conflict',
      message: expect.stringMatching(/^item 2: the itemId "i1" is stored in job "j" with another input/) as string,
    });
    expect(await client.job('j').status()).toBe('completed');
  });

  it('asks the provider whether an item can ever be sent', async () => {
    const provider = Object.assign(answering(), {
      reject: ({ itemId }: { itemId: string }) => (itemId === 'i1' ? 'the model is missing' : undefined),
    });
    const { error } = await tell(clients.open({ provider }).map({ items: items(3) }));
    expect(error).toMatchObject({ code: 'invalid_item', message: 'item 2: the model is missing' });
  });

  it.each<[string, () => Iterable<BatchItem> | AsyncIterable<BatchItem>]>([
    [
      'a generator',
      function* () {
        yield* items(2);
        throw new Error('disk on fire');
      },
    ],
    [
      'an async generator',
      async function* () {
        yield* items(2);
        throw new Error('disk on fire');
      },
    ],
    [
      'an Observable',
      () =>
        concat(
          of(...items(2)),
          throwError(() => new Error('disk on fire')),
        ) as never,
    ],
  ])('fails with input_failed where %s breaks off', async (_, source) => {
    const client = clients.open();
    const { error } = await tell(client.map({ jobId: 'j', items: source() }));
    expect(error).toMatchObject({
      code: 'input_failed',
      message: expect.stringMatching(/after 2 items: disk on fire/) as string,
    });
    expect(await client.job('j').info()).toMatchObject({ status: 'failed', inputComplete: false });
    expect((await tell(client.map({ jobId: 'j', items: items(3) }))).ids).toHaveLength(3);
  });
});

describe('startAfterInput', () => {
  it('reads all before it sends anything', async () => {
    const provider = answering();
    let end = (): void => {};
    const rest = new Promise<void>((resolve) => (end = resolve));
    async function* source(): AsyncGenerator<BatchItem> {
      yield* items(3);
      await rest;
      yield item('last');
    }
    const job = clients.open({ provider }).map({ items: source(), startAfterInput: true });
    while ((await job.info()).total < 3) await new Promise((resolve) => setImmediate(resolve));
    expect(provider.asks).toHaveLength(0);
    end();
    expect((await tell(job)).ids).toHaveLength(4);
  });

  const bad = { itemId: 'bad' } as BatchItem;

  it('leaves no trace of a job this call created when an item is refused', async () => {
    const provider = answering();
    const client = clients.open({ provider });
    const { error, ids } = await tell(client.map({ jobId: 'j', items: [...items(600), bad], startAfterInput: true }));
    expect(error).toMatchObject({ code: 'invalid_item', message: expect.stringMatching(/^item 601:/) as string });
    expect(ids).toEqual([]);
    expect(provider.asks).toEqual([]);
    expect(await client.jobs()).toEqual([]);
    expect((await tell(client.map({ jobId: 'j', items: items(2) }))).ids).toHaveLength(2);
  });

  it.each(['completed', 'paused', 'failed', 'cancelled'])('leaves a %s job as it was', async (status) => {
    const provider = new HandProvider();
    const client = clients.open({ provider, concurrency: 1, maxAttempts: 1 });
    const job = client.map({ jobId: 'j', items: items(2) });
    const ended = tell(job);
    await provider.asked(1);
    const ending = status === 'paused' ? job.pause() : status === 'cancelled' ? job.cancel() : undefined;
    if (status === 'failed') provider.asks[0]!.fail(Object.assign(new Error('no'), { status: 401 }));
    else provider.asks[0]!.answer();
    if (status === 'completed') (await provider.asked(2))[1]!.answer();
    await ending;
    await ended;
    const before = await job.info();
    expect(before.status).toBe(status);
    const eventsBefore = (await tell(job)).events.slice(1);
    const sent = provider.asks.length;

    const { error } = await tell(
      client.map({ jobId: 'j', items: [...items(2), ...items(3, 10), bad], startAfterInput: true }),
    );
    expect(error?.code).toBe('invalid_item');
    expect({ ...(await job.info()), updatedAt: 0 }).toEqual({ ...before, updatedAt: 0 });
    expect((await tell(job)).events.slice(1)).toEqual(eventsBefore);
    expect(provider.asks).toHaveLength(sent);
  });
});

describe('an input that was never read to its end', () => {
  /** A job of which two items are stored, its input unfinished, its client closed. */
  async function interrupted(): Promise<HandProvider> {
    const provider = answering();
    const client = clients.open({ provider });
    const job = client.map({ jobId: 'j', items: concat(of(...items(2)), NEVER) });
    await itemsTold(job, 2);
    await client.close();
    return provider;
  }

  it('lets resume() do what is stored, then ends paused and names both ways on', async () => {
    const provider = await interrupted();
    const client = clients.open({ provider });
    const { error, ids } = await tell(client.resume('j'));
    expect(ids).toHaveLength(2);
    expect(error).toMatchObject({ code: 'input_incomplete' });
    expect(error?.message).toContain('map({ jobId: "j", items })');
    expect(error?.message).toContain('resume("j", { partial: true })');
    expect(await client.job('j').status()).toBe('paused');
    expect(await failure(client.job('j').wait())).toMatchObject({ code: 'input_incomplete' });
  });

  it('goes on with the same map()', async () => {
    const provider = await interrupted();
    const client = clients.open({ provider });
    await tell(client.resume('j'));
    const { ids, last } = await tell(client.map({ jobId: 'j', items: items(4) }));
    expect([...ids].sort()).toEqual(['i0', 'i1', 'i2', 'i3']);
    expect(last).toMatchObject({ type: 'complete' });
    expect(provider.ids).toEqual(['i0', 'i1', 'i2', 'i3']);
  });

  it('completes without the rest with resume({ partial: true })', async () => {
    const provider = await interrupted();
    const client = clients.open({ provider });
    expect(await client.resume('j', { partial: true }).wait()).toMatchObject({
      status: 'completed',
      total: 2,
      totalKnown: true,
    });
    expect(await client.job('j').info()).toMatchObject({ inputComplete: true });
  });

  it('goes on reading where it was when the same client resumes a pause', async () => {
    const log: string[] = [];
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    async function* source(): AsyncGenerator<BatchItem> {
      try {
        yield* items(3);
        log.push('waits');
        await gate;
        yield* items(3, 3);
      } finally {
        log.push('over');
      }
    }
    const client = clients.open();
    const job = client.map({ items: source() });
    await itemsTold(job, 3);
    await job.pause();
    expect(log).toEqual(['waits']);
    expect((await tell(job)).error?.code).toBe('paused');
    const told = tell(client.resume(job.jobId));
    open();
    expect((await told).ids).toEqual(['i0', 'i1', 'i2', 'i3', 'i4', 'i5']);
    expect(await job.info()).toMatchObject({ status: 'completed', total: 6, inputComplete: true });
    expect(log).toEqual(['waits', 'over']);
  });
});

describe('a long synchronous input', () => {
  it('lets pause() through while it is read', async () => {
    let pulled = 0;
    function* source(): Generator<BatchItem> {
      for (; pulled < 1e9;) yield item(`i${pulled++}`);
    }
    const job = clients.open().map({ items: source() });
    await firstValueFrom(job);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await job.pause();
    expect(await job.status()).toBe('paused');
  });

  it('lets cancel() through while a provider answers synchronously', async () => {
    const job = clients.open().map({ items: items(200_000) });
    await itemsTold(job, 1);
    await job.cancel();
    const info = await job.info();
    expect(info.status).toBe('cancelled');
    expect(info.ok).toBeLessThan(200_000);
  });
});
