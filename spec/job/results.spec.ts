import { lastValueFrom, map, take, toArray } from 'rxjs';
import { filterFailed, filterOk, type BatchItem, type BatchJob, type ResultsOptions } from '../../lib/index.js';
import { items, itemsTold, tell, testClients } from '../support/clients.js';
import { HandProvider } from '../support/hand-provider.js';

const clients = testClients();

const ids = (job: BatchJob, options?: ResultsOptions): Promise<string[]> =>
  lastValueFrom(
    job.results(options).pipe(
      map(({ itemId }) => itemId),
      toArray(),
    ),
  );

describe('results()', () => {
  const count = 700;
  const finished = async (): Promise<{ job: BatchJob; told: readonly string[] }> => {
    const client = clients.open({
      localEcho: {
        latencyMs: [0, 20],
        failures: { when: ({ itemId }) => itemId.endsWith('3'), code: 'invalid_request' },
      },
    });
    const job = client.map({ items: items(count) });
    return { job, told: (await tell(job)).ids };
  };

  it('gives every result, over many pages, in both orders and with filters', async () => {
    const { job, told } = await finished();
    const input = items(count).map(({ itemId }) => itemId!);
    expect(told).not.toEqual(input);
    expect(await ids(job)).toEqual(told);
    expect(await ids(job, { order: 'input' })).toEqual(input);
    expect(await ids(job, { only: 'failed', order: 'input' })).toEqual(input.filter((id) => id.endsWith('3')));
    expect(await ids(job, { only: 'ok', order: 'input' })).toEqual(input.filter((id) => !id.endsWith('3')));
    expect(await ids(job, { only: 'failed' })).toEqual(told.filter((id) => id.endsWith('3')));
    expect(await ids(job, { only: 'ok', order: 'completion' })).toEqual(told.filter((id) => !id.endsWith('3')));
  });

  it('is cold: each subscription reads anew, and stops reading when it is left', async () => {
    const { job } = await finished();
    const results$ = job.results({ order: 'input' });
    expect(await lastValueFrom(results$.pipe(take(3), toArray()))).toHaveLength(3);
    expect(await lastValueFrom(results$.pipe(toArray()))).toHaveLength(count);
  });

  it('never waits: gives what there is, of a running job too', async () => {
    const provider = new HandProvider();
    const job = clients.open({ provider, concurrency: 2 }).map({ items: items(5) });
    expect(await ids(job)).toEqual([]);
    (await provider.asked(2))[1]!.answer();
    await itemsTold(job, 1);
    expect(await ids(job)).toEqual(['i1']);
    expect(await ids(job, { order: 'input', only: 'failed' })).toEqual([]);
    expect(Object.keys(await job.resultsDict())).toEqual(['i1']);
  });
});

describe('resultsDict()', () => {
  const hostile = [
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '',
    ' ',
    'a\nb',
    '名前',
    'ü/ö\\"',
    '\u0000',
    'x'.repeat(10_240),
    '1',
    '-1',
    '🙂',
  ];

  it('has every item by id, whatever it is called', async () => {
    const source: BatchItem[] = hostile.map((itemId) => ({
      itemId,
      input: { prompt: `p:${itemId}` },
      metadata: { itemId },
    }));
    const client = clients.open({ localEcho: { failures: { itemId: 'constructor', code: 'invalid_request' } } });
    const job = client.map({ jobId: 'hostile', items: source });
    const { ids: told } = await tell(job);
    expect([...told].sort()).toEqual([...hostile].sort());
    for (const dict of [await job.resultsDict(), await clients.open().job('hostile').resultsDict()]) {
      expect(Object.getPrototypeOf(dict)).toBeNull();
      expect(Object.keys(dict).sort()).toEqual([...hostile].sort());
      for (const itemId of hostile) {
        expect(dict[itemId]).toMatchObject(
          itemId === 'constructor'
            ? { itemId, ok: false, error: { code: 'invalid_request' } }
            : { itemId, ok: true, output: `p:${itemId}`, metadata: { itemId } },
        );
      }
    }
    expect(({} as Record<string, unknown>)['ok']).toBeUndefined();
    // Recognised as the same on a rerun.
    expect((await tell(client.map({ jobId: 'hostile', items: source }))).ids).toHaveLength(hostile.length);
  });

  it('is empty for a job without results', async () => {
    const job = clients.open().map({ items: [] });
    await job.wait();
    expect(await job.resultsDict()).toEqual(Object.create(null));
  });
});

describe('a result', () => {
  it('brings output, usage, attempts and the caller’s metadata', async () => {
    const job = clients.open({ localEcho: { failures: { itemId: 'a', attempts: 2 } }, backoffBaseMs: 0 }).map({
      items: [
        { itemId: 'a', input: { prompt: 'hello you' }, metadata: [1, { two: 'three' }] },
        { itemId: 'b', input: 'plain' },
      ],
    });
    await job.wait();
    expect({ ...(await job.resultsDict()) }).toEqual({
      a: {
        itemId: 'a',
        ok: true,
        output: 'hello you',
        usage: { inputTokens: 3, outputTokens: 3 },
        attempts: 3,
        raw: { provider: 'local_echo', model: 'echo' },
        metadata: [1, { two: 'three' }],
      },
      b: {
        itemId: 'b',
        ok: true,
        output: 'plain',
        usage: { inputTokens: 2, outputTokens: 2 },
        attempts: 1,
        raw: { provider: 'local_echo', model: 'echo' },
      },
    });
  });

  it.each([
    ['never', [undefined, undefined]],
    ['errors', [undefined, { said: 'no' }]],
    ['always', [{ said: 'yes' }, { said: 'no' }]],
  ] as const)('keeps the provider’s body as keepRaw: %s says', async (keepRaw, expected) => {
    const provider = {
      name: 'p',
      request: ({ itemId }: { itemId: string }) => {
        if (itemId === 'ok') return [{ output: 'x', raw: { said: 'yes' } }];
        throw Object.assign(new Error('no'), { status: 400 });
      },
      classify: () =>
        ({
          kind: 'fail',
          error: { code: 'invalid_request', message: 'no', retryable: false },
          raw: { said: 'no' },
        }) as const,
    };
    const job = clients.open({ provider, keepRaw }).map({
      items: [
        { itemId: 'ok', input: 1 },
        { itemId: 'bad', input: 2 },
      ],
    });
    await job.wait();
    const { ok, bad } = await job.resultsDict();
    expect([ok!.raw, bad!.raw]).toEqual(expected);
  });

  it.each([undefined, null, 0, '', false, [], { a: [1] }])('may have the output %p', async (output) => {
    const provider = { name: 'p', request: () => [{ output }] };
    const job = clients.open({ provider }).map({ items: [{ itemId: 'a', input: 'x' }] });
    const [event] = (await tell(job)).items;
    const stored = (await job.resultsDict())['a'];
    expect(stored).toEqual(event!.result);
    expect(stored).toEqual({ itemId: 'a', ok: true, output: output ?? null, attempts: 1 });
  });

  it('of an item is final: what a provider sends after its first answer is ignored', async () => {
    const provider = { name: 'p', request: () => [{ output: 1 }, { output: 2 }] };
    expect(
      (await tell(clients.open({ provider }).map({ items: items(3) }))).items.map(
        ({ result }) => result.ok && result.output,
      ),
    ).toEqual([1, 1, 1]);
  });
});

describe('filterOk() and filterFailed()', () => {
  it('give the results as they come', async () => {
    const job = clients
      .open({ localEcho: { failures: { itemId: 'i1', code: 'invalid_request', message: 'no' } } })
      .map<string>({ items: items(3) });
    const [good, bad] = await Promise.all([
      lastValueFrom(
        job.pipe(
          filterOk(),
          map(({ output }) => output.toUpperCase()),
          toArray(),
        ),
      ),
      lastValueFrom(
        job.pipe(
          filterFailed(),
          map(({ error }) => error.message),
          toArray(),
        ),
      ),
    ]);
    expect([...good].sort()).toEqual(['I0', 'I2']);
    expect(bad).toEqual(['no']);
  });
});
