import { filter, firstValueFrom } from 'rxjs';
import { BatchClient, ofType, openai, type Provider } from '../../lib/index.js';
import { startFakeOpenAI } from '../../lib/testing/index.js';

describe('a provider of the wrong shape', () => {
  it.each([
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a string', 'plain', 'string'],
    ['an object without an output', { text: 'hi' }, 'an object with the keys text'],
  ])('that answers with %s fails the item, once, and says what it gave', async (_name, answer, said) => {
    let asked = 0;
    const provider: Provider = {
      name: 'misfit',
      request: () => {
        asked++;
        return Promise.resolve(answer as never);
      },
    };
    const client = new BatchClient({ provider, db: ':memory:' });
    const job = client.map({ items: [{ itemId: 'a', input: 'x' }] });
    await job.wait();
    expect((await job.resultsDict())['a']).toMatchObject({
      ok: false,
      error: {
        code: 'invalid_response',
        message: `The provider must answer with { output, usage?, raw? }, and gave ${said}`,
        retryable: false,
      },
    });
    expect(asked).toBe(1);
    await client.close();
  });
});

describe('calls that would lose something', () => {
  it('a callbackModule that is not there is refused at once', async () => {
    const client = new BatchClient({ db: ':memory:' });
    const map = () => client.map({ items: [], callbackExecutor: 'thread', callbackModule: './nowhere.mjs' });
    expect(map).toThrow('map(): the "callbackModule" ./nowhere.mjs does not exist');
    expect(await client.jobs()).toEqual([]);
    await client.close();
  });

  it('a paused job with batches at its provider is deleted only after they are cancelled', async () => {
    const server = await startFakeOpenAI({ batches: { validatingMs: 5, runMs: 60_000, cancellingMs: 5 } });
    const client = new BatchClient({
      provider: openai({ baseURL: server.url, apiKey: 'sk-test-0000', defaultModel: 'gpt-4o-mini' }),
      db: ':memory:',
      pollIntervalMs: 10,
    });
    const job = client.map({ jobId: 'j', mode: 'native', items: [{ itemId: 'a', input: 'x' }] });
    const hasBatch = filter(({ progress }: { progress: { shards?: readonly { batchId: string | null }[] } }) =>
      (progress.shards ?? []).some(({ batchId }) => batchId !== null),
    );
    await firstValueFrom(job.pipe(ofType('progress'), hasBatch));
    await job.pause();
    await expect(client.delete('j')).rejects.toMatchObject({
      code: 'job_busy',
      message: expect.stringContaining('cancel() it first'),
    });
    await client.job('j').cancel();
    await client.delete('j');
    expect(server.ledger.batches.map(({ status }) => status)).toEqual(['cancelled']);
    await client.close();
    await server.close();
  });
});
