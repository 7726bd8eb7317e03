import { filter, firstValueFrom, lastValueFrom } from 'rxjs';
import { BatchClient, ofType, openai, type BatchItem, type Provider } from '../../lib/index.js';
import { openaiFaults, startFakeOpenAI, type FakeServer } from '../../lib/testing/index.js';

let server: FakeServer;
let client: BatchClient;

beforeEach(async () => {
  server = await startFakeOpenAI({ batches: { validatingMs: 5, runMsPerRequest: 1, finalizingMs: 5 } });
  client = new BatchClient({
    db: ':memory:',
    provider: takenForReal(openai({ baseURL: server.url, apiKey: 'sk-test-0000', defaultModel: 'gpt-4o-mini' })),
    nativeMinItems: 20,
    pollIntervalMs: 10,
    maxPollIntervalMs: 20,
    backoffBaseMs: 1,
  });
});

afterEach(async () => {
  await client.close();
  await server.close();
});

/** A provider that thinks its address is the provider's own. */
function takenForReal(provider: Provider): Provider {
  if (provider.native === undefined) throw new Error('expected batches');
  const native = new Proxy(provider.native, {
    get: (target, name) => (name === 'auto' ? { sensible: true, reason: 'half the price' } : Reflect.get(target, name)),
  });
  return new Proxy(provider, { get: (target, name) => (name === 'native' ? native : Reflect.get(target, name)) });
}

function* prompts(count: number): Generator<BatchItem> {
  for (let n = 0; n < count; n++) yield { itemId: `i${String(n)}`, input: { prompt: `prompt ${String(n)}` } };
}

describe('mode auto', () => {
  it('takes batches for an input of unknown length once enough of it was read', async () => {
    const job = client.map({ items: prompts(50) });
    const end = await lastValueFrom(job);
    expect(end).toMatchObject({ type: 'complete', progress: { ok: 50, mode: 'native' } });
    expect(await job.info()).toMatchObject({
      mode: 'auto',
      runMode: 'native',
      modeReason: expect.stringContaining('items'),
    });
    expect(server.ledger.batches.length).toBeGreaterThan(0);
    expect([...server.ledger.billedPerKey().values()].every((times) => times === 1)).toBe(true);
  });

  it('takes requests for an input that turns out short', async () => {
    const job = client.map({ items: prompts(19) });
    expect(await lastValueFrom(job)).toMatchObject({ progress: { ok: 19, mode: 'emulated' } });
    expect(await job.info()).toMatchObject({
      runMode: 'emulated',
      modeReason: expect.stringContaining('nativeMinItems'),
    });
    expect(server.ledger.batches).toHaveLength(0);
  });

  it('decides at once for an array, and after all is read with startAfterInput', async () => {
    const array = client.map({ items: [...prompts(20)] });
    expect(await array.info()).toMatchObject({ runMode: 'native' });
    await array.wait();
    const whole = client.map({ items: prompts(25), startAfterInput: true });
    expect(await whole.wait()).toMatchObject({ ok: 25, mode: 'native' });
  });

  it('ends when it is paused before it has decided, and decides in the next run', async () => {
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    async function* slow(): AsyncGenerator<BatchItem> {
      yield* prompts(5);
      await gate;
      yield* [...prompts(30)].slice(5);
    }
    const job = client.map({ jobId: 'slow', items: slow() });
    await job.pause();
    expect(await job.status()).toBe('paused');
    open();
    expect(await client.resume('slow').wait()).toMatchObject({ ok: 30, mode: 'native' });
  });
});

describe('the other mode', () => {
  it('finishes a native job by requests', async () => {
    server.setBatches({ stuckIn: 'running' });
    const job = client.map({ jobId: 'j', mode: 'native', items: prompts(6) });
    await firstValueFrom(
      job.pipe(
        ofType('progress'),
        filter(({ progress }) => progress.shards?.some(({ batchId }) => batchId !== null) === true),
      ),
    );
    await job.pause();
    const end = await client.resume('j', { mode: 'emulated' }).wait();
    expect(end).toMatchObject({ ok: 6, failed: 0 });
    expect(await job.info()).toMatchObject({ mode: 'emulated', runMode: 'emulated', modeReason: 'asked for' });
  });

  it('takes up failed items', async () => {
    server.setFaults([{ fault: openaiFaults.badRequest('no'), match: /prompt 3/ }]);
    const job = client.map({ jobId: 'j', mode: 'emulated', items: prompts(6) });
    expect(await job.wait()).toMatchObject({ ok: 5, failed: 1 });
    server.setFaults([]);
    expect(await job.retryFailed({ mode: 'native' }).wait()).toMatchObject({ ok: 6, failed: 0, mode: 'native' });
    expect(server.ledger.batches).toHaveLength(1);
    expect(() => job.retryFailed({ mode: 'auto' as never })).toThrow(
      'expected "mode" to be one of "native", "emulated"',
    );
  });
});

describe('cancel() of a native job nobody works on', () => {
  it('cancels its batches at the provider, and keeps what they have answered', async () => {
    server.setBatches({ runMsPerRequest: 40, cancellingMs: 5 });
    const job = client.map({ jobId: 'j', mode: 'native', items: prompts(50) });
    await firstValueFrom(
      job.pipe(
        ofType('progress'),
        filter(({ progress }) => progress.shards?.some(({ completed }) => completed > 2) === true),
      ),
    );
    await job.pause();
    await client.job('j').cancel();
    expect(await job.status()).toBe('cancelled');
    expect(server.ledger.batches.map(({ status }) => status)).toEqual(['cancelled']);
    expect((await job.progress()).ok).toBeGreaterThan(0);
  });
});
