import { statSync } from 'node:fs';
import type { ShardPatch } from '../../lib/store/shard-store.js';
import { sqliteStore } from '../../lib/store/sqlite/sqlite-store.js';
import { failure, items, tell, testClients, thrown } from '../support/clients.js';
import { HandProvider } from '../support/hand-provider.js';

const clients = testClients();

describe('jobs()', () => {
  it('lists every job, newest first, with what is known of it', async () => {
    const client = clients.open({ defaultModel: 'm' });
    await client.map({ jobId: 'a', items: items(2), tags: ['x', 'y'], metadata: { who: 'me' } }).wait();
    client.map({ jobId: 'b', items: items(1), asyncSubmit: false });
    expect(await client.jobs()).toMatchObject([
      { jobId: 'b', status: 'pending', total: 0, inputComplete: false, tags: [], metadata: null },
      {
        jobId: 'a',
        status: 'completed',
        reason: null,
        provider: 'local_echo',
        endpoint: 'echo',
        model: 'm',
        mode: 'auto',
        runMode: 'emulated',
        total: 2,
        inputComplete: true,
        ok: 2,
        failed: 0,
        pending: 0,
        tags: ['x', 'y'],
        metadata: { who: 'me' },
        owner: null,
        notes: {},
      },
    ]);
  });

  it('names the owner of a running job', async () => {
    const provider = new HandProvider();
    clients.open({ provider }).map({ jobId: 'j', items: items(1) });
    expect(await clients.open({ provider }).jobs()).toMatchObject([{ jobId: 'j', owner: { pid: process.pid } }]);
  });
});

describe('delete()', () => {
  it('removes a job with everything of it, and the id is free', async () => {
    const client = clients.open();
    const job = client.map({ jobId: 'j', items: items(3) });
    const before = await tell(job);
    await client.delete('j');
    expect(await client.jobs()).toEqual([]);
    expect((await failure(job.status())).code).toBe('job_not_found');
    expect((await failure(client.delete('j'))).code).toBe('job_not_found');
    const after = await tell(client.map({ jobId: 'j', items: items(2) }));
    expect(after.ids).toHaveLength(2);
    // A sequence is never used again.
    expect(after.events[1]!.seq).toBeGreaterThan(before.last.seq);
  });

  it('refuses a job somebody works on', async () => {
    const provider = new HandProvider();
    const owner = clients.open({ provider });
    owner.map({ jobId: 'j', items: items(1) });
    const other = clients.open({ provider });
    for (const client of [owner, other]) expect((await failure(client.delete('j'))).code).toBe('job_busy');
    expect(await owner.jobs()).toHaveLength(1);
  });

  it('lets go of the input a paused job holds', async () => {
    const log: string[] = [];
    async function* source() {
      try {
        for (const each of items(1_000)) {
          yield each;
          await new Promise((resolve) => setImmediate(resolve));
        }
      } finally {
        log.push('returned');
      }
    }
    const client = clients.open();
    const job = client.map({ jobId: 'j', items: source() });
    await job.pause();
    await client.delete('j');
    await new Promise((resolve) => setImmediate(resolve));
    expect(log).toEqual(log.length === 0 ? [] : ['returned']);
    expect(await client.jobs()).toEqual([]);
    // Nothing of the old job comes back with the id.
    expect((await tell(client.map({ jobId: 'j', items: items(1) }))).ids).toEqual(['i0']);
  });
});

describe('a job whose batches may go on', () => {
  const [hour, day] = [3_600_000, 86_400_000];

  /** A job with one shard of an earlier run. */
  const withShard = (shard: ShardPatch) => {
    const store = sqliteStore({ path: ':memory:' });
    const client = clients.open({ store });
    const job = client.map({ jobId: 'j', items: items(1), asyncSubmit: false });
    const lease = store.acquire('j');
    store.shards.update(lease, store.shards.open(lease, 'm'), shard);
    store.release(lease);
    return { client, job };
  };
  const asked = (msAgo: number) => ({ intentAt: Date.now() - msAgo, fileId: 'file-1' });

  it.each<[string, ShardPatch]>([
    ['a creation under way when the process died', { state: 'intent', ...asked(hour) }],
    ['a creation nobody answered', { state: 'unsure', ...asked(hour) }],
    ['a batch', { state: 'live', batchId: 'batch-1', ...asked(2 * day) }],
    ['a batch that does not heed its cancel', { state: 'cancelling', batchId: 'batch-1', ...asked(hour) }],
    ['answers to be read', { state: 'ingesting', batchId: 'batch-1', ...asked(hour) }],
  ])('(%s) is neither deleted nor pruned, and says how it can be', async (_what, shard) => {
    const { client, job } = withShard(shard);
    const name = shard.batchId ?? 'file-1';
    const { code, message } = await failure(client.delete('j'));
    expect([code, message]).toEqual(['job_busy', expect.stringContaining(`(${name}); cancel() it first`)]);
    await job.cancel();
    expect((await failure(client.delete('j'))).message).toContain('cancel() it again');
    expect(await client.prune({ olderThan: -1_000 })).toEqual([]);
    expect(await client.jobs()).toHaveLength(1);
  });

  it.each<[string, ShardPatch]>([
    ['nothing was created', { state: 'intent', intentAt: Date.now() }],
    ['it waits', { state: 'ready' }],
    ['it is read, and being settled', { state: 'settling', batchId: 'batch-1', ...asked(hour) }],
    ['none lives so long', { state: 'cancelling', batchId: 'batch-1', ...asked(4 * day) }],
  ])('is one no more where %s', async (_what, shard) => {
    const { client } = withShard(shard);
    await client.delete('j');
    const other = withShard(shard);
    await other.job.cancel();
    expect(await other.client.prune({ olderThan: -1_000 })).toEqual(['j']);
  });
});

describe('prune()', () => {
  it('removes jobs that ended before, says which, and gives their space back', async () => {
    const client = clients.open();
    const big = Array.from({ length: 400 }, (_, n) => ({ itemId: `i${n}`, input: { prompt: 'x'.repeat(5_000) } }));
    await client.map({ jobId: 'old', items: big }).wait();
    const paused = client.map({ jobId: 'paused', items: items(5), asyncSubmit: false });
    const between = Date.now() + 1;
    while (Date.now() <= between) await new Promise((resolve) => setTimeout(resolve, 1));
    await client.map({ jobId: 'new', items: items(2) }).wait();
    const before = statSync(clients.path).size;
    expect(await client.prune({ olderThan: new Date(between) })).toEqual(['old']);
    expect((await client.jobs()).map(({ jobId }) => jobId)).toEqual(['new', 'paused']);
    expect(statSync(clients.path).size).toBeLessThan(before / 2);
    expect(await paused.status()).toBe('pending');
    expect(await client.prune({ olderThan: 60_000 })).toEqual([]);
    expect(await client.prune({ olderThan: -1_000 })).toEqual(['new']);
  });

  it('refuses what is neither a date nor an age', async () => {
    const client = clients.open();
    expect((await failure(client.prune({ olderThan: 'yesterday' as never }))).code).toBe('invalid_options');
    expect((await failure(client.prune({ olderThan: new Date(NaN) }))).code).toBe('invalid_options');
  });
});

describe('BatchClient', () => {
  it('opens its database at once, readable by its owner only', () => {
    clients.open();
    expect(statSync(clients.path).mode & 0o777).toBe(0o600);
  });

  it('takes its database from OPENAPI_BATCH_DB where none is given', async () => {
    process.env['OPENAPI_BATCH_DB'] = clients.path;
    try {
      await clients
        .open({ db: undefined })
        .map({ jobId: 'j', items: items(1) })
        .wait();
    } finally {
      delete process.env['OPENAPI_BATCH_DB'];
    }
    expect(await clients.open().jobs()).toHaveLength(1);
  });

  it('says what is wrong with its options', () => {
    expect(thrown(() => clients.open({ provider: 'opnai' as never })).message).toContain('did you mean "openai"');
    expect(thrown(() => clients.open({ db: '/nowhere/at/all.sqlite' }))).toMatchObject({ code: 'store_unopenable' });
  });
});
