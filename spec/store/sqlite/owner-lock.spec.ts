import { chmodSync, readdirSync, symlinkSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { hostname } from 'node:os';
import Database from 'better-sqlite3';
import { sqliteStore } from '../../../lib/store/sqlite/sqlite-store.js';
import type { BatchStore } from '../../../lib/store/store.js';
import { tempDatabases } from '../../support/temp-database.js';
import { children } from '../support/children.js';
import { newJob, okDraft, openJob, thrown } from '../support/fill.js';
import { asOrdinaryUser } from '../support/privileges.js';

const newPath = tempDatabases();
const { start } = children();
const open = (path: string): BatchStore => sqliteStore({ path, durability: 'normal' });

/** Takes the job, claims four of its five items, finishes the second, and waits. */
const work = `
  const s = store({ path });
  s.createJob(${JSON.stringify(newJob())});
  const lease = s.acquire('job');
  s.appendItems(lease, [1, 2, 3, 4, 5].map((n) => ({ itemId: 'i' + n, hash: new Uint8Array(16), request: '{"input":"x"}' })));
  const result = { itemId: 'i2', ok: true, output: 'OK', attempts: 1 };
  s.commit(lease, { drafts: [{ type: 'item', ordinal: 2, result }], lowWater: 0, claimedTo: 4 });
  say('working');`;

const ownerFiles = (path: string): string[] => readdirSync(dirname(path)).filter((file) => file.includes('-owner-'));

describe('the owner of a job', () => {
  it('that lives is named with its process, and keeps the job', async () => {
    const path = newPath();
    const child = await start(path, work);
    expect(child.said).toBe('working');
    const store = open(path);
    const error = thrown(() => store.acquire('job'));
    expect(error.code).toBe('job_busy');
    expect(error.message).toBe(
      `Job "job" is being worked on by process ${child.pid} on ${hostname()}; watch it with client.job("job"), or end that process`,
    );
    expect(store.owner('job')).toEqual({ pid: child.pid, host: hostname(), alive: true, self: false });
    expect(thrown(() => store.deleteJob('job')).code).toBe('job_busy');
    await child.end();
    store.close();
  });

  it('that was killed loses the job at once; what it had sent counts one start more', async () => {
    const path = newPath();
    const child = await start(path, work);
    expect(child.said).toBe('working');
    const store = open(path);
    await child.kill();
    expect(store.owner('job')).toMatchObject({ pid: child.pid, alive: false });
    const lease = store.acquire('job');
    expect(store.claim(lease, 0, 10).map(({ itemId, starts }) => [itemId, starts])).toEqual([
      ['i1', 1],
      ['i3', 1],
      ['i4', 1],
      ['i5', 0],
    ]);
    expect(store.results(lease.jobKey, 0, 10, 'all')).toHaveLength(1);
    expect(store.owner('job')).toMatchObject({ pid: process.pid, self: true, alive: true });
    expect(ownerFiles(path)).toHaveLength(1);
    store.close();
    expect(readdirSync(dirname(path))).toEqual(['batches.sqlite']);
  });

  it('that was killed again and again counts every time', async () => {
    const path = newPath();
    for (const round of [1, 2]) {
      const child = await start(path, round === 1 ? work : `store({ path }).acquire('job'); say('taken');`);
      await child.kill();
    }
    const store = open(path);
    const lease = store.acquire('job');
    expect(store.claim(lease, 0, 1)).toMatchObject([{ itemId: 'i1', starts: 2 }]);
    expect(ownerFiles(path)).toHaveLength(1);
    store.close();
  });

  it('that ended in good order leaves nothing in doubt', async () => {
    const path = newPath();
    const child = await start(path, `${work} s.close();`);
    await child.end();
    const store = open(path);
    expect(store.owner('job')).toBeNull();
    expect(store.claim(store.acquire('job'), 0, 10).map(({ starts }) => starts)).toEqual([0, 0, 0, 0]);
    store.close();
  });

  it('cannot be taken for alive because somebody else is looking at the same moment', async () => {
    const path = newPath();
    const child = await start(path, work);
    await child.kill();
    const [file] = ownerFiles(path);
    // Another process asks whether that owner lives: it holds what it needs to hold for that.
    const prober = await start(
      `${dirname(path)}/${file}`,
      `const db = new Database(path, { timeout: 0 }); db.exec('BEGIN; SELECT 1 FROM sqlite_master'); say('looking');`,
    );
    expect(prober.said).toBe('looking');
    const store = open(path);
    expect(store.owner('job')).toMatchObject({ alive: false });
    store.acquire('job');
    store.close();
  });

  it('on another host counts as alive for a minute after its last sign', () => {
    const path = newPath();
    const store = open(path);
    openJob(store, 1);
    const db = new Database(path);
    db.exec(
      `INSERT INTO owners SELECT 'far', 4711, 'elsewhere', 'another kernel', heartbeat FROM owners; UPDATE jobs SET owner = 'far'`,
    );
    expect(store.owner('job')).toEqual({ pid: 4_711, host: 'elsewhere', alive: true, self: false });
    expect(thrown(() => store.acquire('job')).message).toMatch(
      /process 4711 on elsewhere;.*\(if it is dead already, the job is free in (60|59) s\)$/,
    );
    db.prepare('UPDATE owners SET heartbeat = ? WHERE owner = ?').run(Date.now() - 61_000, 'far');
    expect(store.owner('job')).toMatchObject({ alive: false });
    expect(store.acquire('job').epoch).toBe(2);
    db.close();
    store.close();
  });

  it('from before a reboot is dead, however short ago that was, and by whichever clock', () => {
    const path = newPath();
    const store = open(path);
    openJob(store, 1);
    const db = new Database(path);
    db.exec(
      `INSERT INTO owners SELECT 'past', 1, host, 'an earlier start', heartbeat + 1e9 FROM owners; UPDATE jobs SET owner = 'past'`,
    );
    expect(store.owner('job')).toMatchObject({ alive: false });
    expect(store.acquire('job').epoch).toBe(2);
    db.close();
    store.close();
  });

  it('that was suspended and finds its job taken writes nothing more', () => {
    const path = newPath();
    const first = open(path);
    const { lease, key } = openJob(first, 2);
    const db = new Database(path);
    db.exec(`UPDATE owners SET machine = 'another kernel', host = 'elsewhere', heartbeat = 0`);
    const second = open(path);
    const taken = second.acquire('job');
    expect(
      thrown(() => first.commit(lease, { drafts: [okDraft(1), okDraft(2)], lowWater: 2, claimedTo: 2 })).code,
    ).toBe('lease_lost');
    expect(thrown(() => first.readControl(lease)).message).toBe(
      'Job "job" was taken over by another process (or deleted) while this one was suspended; nothing was written by this one since',
    );
    expect(second.eventsAfter(key, 0, 10)).toEqual([]);
    second.commit(taken, { drafts: [okDraft(1)], lowWater: 1, claimedTo: 1 });
    first.release(lease);
    expect(second.owner('job')).toMatchObject({ self: true });
    db.close();
    first.close();
    expect(second.owner('job')).toMatchObject({ self: true });
    second.close();
  });

  it('is each store object of its own, in one process too', () => {
    const path = newPath();
    const [first, second] = [open(path), open(path)];
    openJob(first, 0, 'one');
    openJob(second, 0, 'two');
    expect(thrown(() => second.acquire('one')).code).toBe('job_busy');
    second.close();
    // The lock of the first must outlive the files the second has closed.
    const third = open(path);
    expect(thrown(() => third.acquire('one')).code).toBe('job_busy');
    expect(third.acquire('two').epoch).toBe(2);
    third.close();
    first.close();
  });
});

describe('the file that shows who is at work', () => {
  it('is the same one for those who reach the database by another name', () => {
    const path = newPath();
    const link = newPath();
    const first = open(path);
    symlinkSync(path, link);
    openJob(first, 1);
    const second = open(link);
    expect(thrown(() => second.acquire('job')).code).toBe('job_busy');
    second.close();
    const third = open(relative(process.cwd(), path));
    expect(thrown(() => third.acquire('job')).code).toBe('job_busy');
    third.close();
    first.close();
  });

  it('that cannot be made is a clear error', () => {
    const path = newPath();
    chmodSync(dirname(path), 0o777);
    const store = asOrdinaryUser(() => open(path));
    chmodSync(dirname(path), 0o555);
    const error = thrown(() =>
      asOrdinaryUser(() => {
        store.createJob(newJob());
        store.acquire('job');
      }),
    );
    expect(error.code).toBe('store_readonly');
    expect(error.message).toContain('which shows that this process is at work, cannot be created: EACCES');
    chmodSync(dirname(path), 0o755);
    store.close();
  });
});
