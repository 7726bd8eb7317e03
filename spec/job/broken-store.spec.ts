import Database from 'better-sqlite3';
import { firstValueFrom, Subject, tap } from 'rxjs';
import { BatchError, sqliteStore, type BatchStore } from '../../lib/index.js';
import { failure, items, itemsTold, tell, testClients } from '../support/clients.js';
import { HandProvider } from '../support/hand-provider.js';

const clients = testClients();

/** A store whose writes fail on demand, as on a full disk. */
function fullDisk(path: string): { readonly store: BatchStore; full: boolean } {
  const inner = sqliteStore({ path, durability: 'normal' });
  const disk = { full: false, store: inner };
  const writes: ReadonlySet<PropertyKey> = new Set([
    'commit',
    'finish',
    'updateJob',
    'appendItems',
    'release',
    'acquire',
  ]);
  disk.store = new Proxy(inner, {
    get: (target, name) => {
      const value = Reflect.get(target, name) as unknown;
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        if (disk.full && writes.has(name)) throw new BatchError('disk_full', 'The disk is full');
        return (value as (...all: unknown[]) => unknown).apply(target, args);
      };
    },
  });
  return disk;
}

describe('a disk that fills up', () => {
  it('ends the job with one clear error, keeps what was written, and lets resume() go on once there is room', async () => {
    const disk = fullDisk(clients.path);
    const provider = new HandProvider();
    const client = clients.open({ provider, store: disk.store, concurrency: 1 });
    const job = client.map({ items: items(3) });
    const told = tell(job);
    (await provider.asked(1))[0]!.answer();
    await itemsTold(job, 1);
    await provider.asked(2);
    disk.full = true;
    provider.asks[1]!.answer();
    expect(await told).toMatchObject({ ids: ['i0'], error: { code: 'disk_full', message: 'The disk is full' } });
    // Whoever attaches now is told too, not left waiting.
    expect((await tell(job)).error).toBeDefined();
    expect(['failed', 'interrupted']).toContain(await job.status());

    disk.full = false;
    const resumed = tell(client.resume(job.jobId));
    for (let n = 2; n < 4; n++) (await provider.asked(n + 1))[n]!.answer();
    expect(await resumed).toMatchObject({ ids: ['i0', 'i1', 'i2'], error: undefined });
    // The answer that could not be written had to be asked for again.
    expect(provider.ids).toEqual(['i0', 'i1', 'i1', 'i2']);
    await client.close();
    disk.store.close();
  });
});

describe('the log that has no room in the file', () => {
  it('is left as it is: the job has ended, and whoever waits hears of it first', async () => {
    const inner = sqliteStore({ path: clients.path, durability: 'normal' });
    const order: string[] = [];
    const tidied = new Subject<void>();
    const store = new Proxy(inner, {
      get: (target, name) => {
        const value = Reflect.get(target, name) as unknown;
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          if (name !== 'checkpoint') return (value as (...all: unknown[]) => unknown).apply(target, args);
          order.push('checkpoint');
          tidied.next();
          throw new Error('no room');
        };
      },
    });
    const client = clients.open({ provider: 'local_echo', store });
    const checkpoint = firstValueFrom(tidied);
    await tell(client.map({ jobId: 'j', items: items(3) }).pipe(tap({ complete: () => order.push('complete') })));
    await checkpoint;
    expect(order).toEqual(['complete', 'checkpoint']);
    expect(await client.job('j').status()).toBe('completed');
    expect((await tell(client.resume('j'))).error).toBeUndefined();
    await client.close();
    inner.close();
  });
});

describe('an owner that was suspended while another took its job over', () => {
  it('fails with lease_lost and writes nothing more', async () => {
    const provider = new HandProvider();
    const client = clients.open({ provider, concurrency: 1 });
    const job = client.map({ jobId: 'j', items: items(3) });
    const told = tell(job);
    (await provider.asked(1))[0]!.answer();
    await itemsTold(job, 1);
    await provider.asked(2);
    const db = new Database(clients.path);
    db.prepare(`UPDATE jobs SET epoch = epoch + 1 WHERE job_id = 'j'`).run();
    const rows = (): unknown =>
      db.prepare('SELECT (SELECT count(*) FROM events) AS events, ok, status FROM jobs').get();
    const before = rows();
    provider.asks[1]!.answer();
    expect(await told).toMatchObject({ ids: ['i0'], error: { code: 'lease_lost', jobId: 'j' } });
    expect(rows()).toEqual(before);
    expect(provider.asks).toHaveLength(2);
    db.close();
  });

  it('notices within seconds even if nothing comes in', async () => {
    const provider = new HandProvider();
    const client = clients.open({ provider });
    const job = client.map({ jobId: 'j', items: items(1) });
    const ended = failure(job.wait());
    await provider.asked(1);
    const db = new Database(clients.path);
    db.prepare(`UPDATE jobs SET epoch = epoch + 1`).run();
    db.close();
    expect((await ended).code).toBe('lease_lost');
    expect(provider.asks[0]!.givenUp).toBe(true);
  });
});
