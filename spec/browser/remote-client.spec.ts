import { firstValueFrom, from, lastValueFrom, map, of, take, tap, toArray } from 'rxjs';
import { filterOk, isBatchError, latestProgress, ofType, type BatchEvent } from '../../lib/browser/index.js';
import { Served } from './support/served.js';

const items = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ itemId: `i${String(n)}`, input: String(n) }));
const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'none',
    (error: unknown) => (isBatchError(error) ? error.code : error),
  );

describe('a client on the other side of a handler', () => {
  let served: Served;
  beforeEach(() => {
    served = new Served();
  });
  afterEach(() => served.local.close());

  it('runs a batch as the client here does: events, results, progress', async () => {
    const remote = served.remote();
    const job = remote.map<string>({ jobId: 'a/b ü', items: items(3), tags: ['x'], metadata: { row: 1 } });
    expect(job.jobId).toBe('a/b ü');
    const events = await lastValueFrom(job.pipe(toArray()));
    expect(events.filter(({ type }) => type === 'item')).toHaveLength(3);
    expect(events.at(-1)).toMatchObject({ type: 'complete', status: 'completed', jobId: 'a/b ü' });
    expect(await job.resultsDict()).toEqual(await served.local.job('a/b ü').resultsDict());
    expect(await job.wait()).toMatchObject({ status: 'completed', ok: 3 });
    expect(await job.info()).toMatchObject({ total: 3, metadata: { row: 1 }, model: 'echo' });
    expect((await remote.jobs()).map(({ jobId }) => jobId)).toEqual(['a/b ü']);
    const late = await lastValueFrom(
      remote.job<string>('a/b ü').pipe(
        filterOk(),
        map(({ output }) => output),
        toArray(),
      ),
    );
    expect(late.sort()).toEqual(['0', '1', '2']);
  });

  it.each([
    ['an Observable', from(items(3))],
    ['an async iterable', (async function* () { yield* items(3); })()], // prettier-ignore
    ['bare strings', ['0', '1', '2']],
  ])('takes items from %s', async (_, source) => {
    const { ok } = await served
      .remote()
      .map({ items: source as typeof items extends () => infer I ? I : never })
      .wait();
    expect(ok).toBe(3);
  });

  it('sends the items again until the server has them, and starts one job', async () => {
    served.cut({ down: true });
    const job = served.remote().map({ items: items(2) });
    await firstValueFrom(served.remote().connection$);
    setTimeout(() => served.up(), 30);
    expect(await job.wait()).toMatchObject({ ok: 2 });
    expect(served.requests.filter((each) => each === 'POST /jobs').length).toBeGreaterThan(1);
    expect(await served.local.jobs()).toHaveLength(1);
  });

  it('loses nothing and repeats nothing over 200 cuts', async () => {
    served = new Served({ latencyMs: [0, 3] });
    const job = served.remote().map({ items: items(2_000), concurrency: 4 });
    const seen: BatchEvent[] = [];
    let told = 0;
    let cuts = 0;
    await lastValueFrom(
      job.pipe(
        tap((event) => {
          seen.push(event);
          if (event.type !== 'item' || ++told % 10 !== 0) return;
          cuts++;
          served.cut();
        }),
      ),
    );
    const seqs = seen.map(({ seq }) => seq);
    expect(cuts).toBe(200);
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
    expect(new Set(seen.flatMap((event) => (event.type === 'item' ? [event.itemId] : []))).size).toBe(2_000);
    expect(seen.filter(({ type }) => type === 'item')).toHaveLength(2_000);
  });

  it.each(['completion', 'input'] as const)(
    'goes on behind each of many cuts of results in order of %s',
    async (order) => {
      await served.local.map({ jobId: 'r', items: items(3_000) }).wait();
      const whole = await lastValueFrom(served.local.job('r').results({ order }).pipe(toArray()));
      const told: unknown[] = [];
      let cuts = 0;
      await lastValueFrom(
        served
          .remote()
          .job('r')
          .results({ order })
          .pipe(
            tap((result) => {
              if (told.push(result) % 300 !== 0) return;
              cuts++;
              served.cut();
            }),
          ),
      );
      expect(cuts).toBe(10);
      expect(told).toEqual(whole);
    },
  );

  it('asks for an item by any id there is', async () => {
    const ids = ['', '.', '..', 'a/b', 'é'.repeat(5_000), '"'.repeat(10_000)];
    await served.local.map({ jobId: 'r', items: ids.map((itemId) => ({ itemId, input: 1 })) }).wait();
    const job = served.remote().job('r');
    for (const itemId of ids) expect((await job.item(itemId)).itemId).toBe(itemId);
    expect(await codeOf(job.item('...'))).toBe('refused');
  });

  it('pauses, goes on, and tells both to whoever watches across pauses', async () => {
    served = new Served({ latencyMs: 5 });
    const remote = served.remote();
    const job = remote.map({ items: items(200), concurrency: 2 });
    const watched = lastValueFrom(job.events({ acrossPauses: true }).pipe(ofType('progress', 'complete'), map(({ progress }) => progress.status), toArray())); // prettier-ignore
    const plain = codeOf(lastValueFrom(job));
    await firstValueFrom(job.pipe(ofType('item'), take(1)));
    await job.pause();
    expect(await job.status()).toBe('paused');
    expect(await plain).toBe('paused');
    expect(await remote.resume(job.jobId, { concurrency: 50 }).wait()).toMatchObject({
      status: 'completed',
      done: 200,
    });
    const statuses = await watched;
    expect(statuses).toContain('paused');
    expect(statuses.at(-1)).toBe('completed');
  });

  it('cancels, retries what failed, deletes', async () => {
    served = new Served({ latencyMs: 1, failures: { code: 'server_error', rate: 1 } });
    const remote = served.remote();
    const job = remote.map({ jobId: 'f', items: items(3), maxAttempts: 1 });
    expect(await job.wait()).toMatchObject({ failed: 3 });
    expect(await job.failures()).toEqual([{ code: 'server_error', count: 3, message: expect.any(String) as string }]);
    expect(await job.retryFailed().wait()).toMatchObject({ failed: 3, status: 'completed' });
    const long = remote.map({ jobId: 'g', items: items(500), concurrency: 1, maxAttempts: 1 });
    await firstValueFrom(long.pipe(ofType('item')));
    await long.cancel();
    expect(await long.status()).toBe('cancelled');
    await remote.delete('g');
    expect(await codeOf(remote.job('g').status())).toBe('job_not_found');
    expect(await codeOf(lastValueFrom(remote.job('g')))).toBe('job_not_found');
  });

  it('pages through items with their requests and answers', async () => {
    const job = served.remote().map({ items: items(120) });
    await job.wait();
    const first = await job.items({ limit: 100 });
    expect(first.items).toHaveLength(100);
    expect((await job.items({ limit: 100, after: first.next! })).items).toHaveLength(20);
    expect((await job.items({ search: 'i77' })).items.map(({ itemId }) => itemId)).toEqual(['i77']);
    expect(await job.item('i5')).toMatchObject({ ordinal: 6, state: 'ok', result: { ok: true, output: '5' } });
  });

  it('asks a token function anew when its token is refused, once', async () => {
    const asked: boolean[] = [];
    const token = ({ refused }: { readonly refused: boolean }): Promise<string> => {
      asked.push(refused);
      return Promise.resolve(refused ? 'secret' : 'stale');
    };
    expect(await served.remote({ token }).jobs()).toEqual([]);
    expect(asked).toEqual([false, true]);
    expect(await codeOf(served.remote({ token: () => 'stale' }).jobs())).toBe('unauthorized');
    expect(await codeOf(lastValueFrom(served.remote({ token: 'stale' }).job('x')))).toBe('unauthorized');
  });

  it('tells what is wrong with a batch: here, at once, or from the server', async () => {
    const remote = served.remote();
    // @ts-expect-error There is no such option.
    expect(() => remote.map({ items: [], concurency: 1 })).toThrow(/"concurency" is no option of a remote job/);
    expect(() => remote.map({ items: [], onItem: () => undefined })).toThrow(/"onItem" cannot be called from afar/);
    expect(await codeOf(remote.map({ items: [{ input: 1n }] }).wait())).toBe('invalid_item');
    const notANumber = remote.map({ items: [{ input: { temperature: NaN } }] }).wait();
    await expect(notANumber).rejects.toThrow('Item 1 cannot be written as JSON: NaN at "input.temperature"');
    expect(await codeOf(remote.map({ items: [{ itemId: 'a', input: 'x' }, { itemId: 'a', input: 'y' }] }).wait())).toBe('duplicate_item'); // prettier-ignore
    expect(await served.local.jobs()).toEqual([]);
    const second = remote.map({ items: [{ input: 'x' }, { inputs: 'y' } as never] }).wait();
    await expect(second).rejects.toThrow(/^Item 2[:,]/);
  });

  it('ends its streams when it is closed, and no job', async () => {
    served = new Served({ latencyMs: 20 });
    const remote = served.remote();
    const job = remote.map({ items: items(10), concurrency: 1 });
    const ended = codeOf(lastValueFrom(job));
    await firstValueFrom(job.pipe(latestProgress()));
    await remote.close();
    expect(await ended).toBe('closed');
    expect(await codeOf(remote.jobs())).toBe('client_closed');
    expect(await served.local.job(job.jobId).wait()).toMatchObject({ ok: 10 });
  });

  it('keeps the pace of forEach, and says why there is no cursor', async () => {
    const job = served.remote().map({ items: items(20) });
    let most = 0;
    let now = 0;
    await job.forEach(
      async () => {
        most = Math.max(most, ++now);
        await firstValueFrom(of(1));
        now--;
      },
      { concurrency: 3 },
    );
    expect(most).toBeLessThanOrEqual(3);
    expect(() => job.forEach(() => undefined, { cursor: 'x' })).toThrow(/cursor/);
  });
});
