import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { applicationId } from '../../../lib/store/salvage/foreign-log.js';
import { schemaVersion } from '../../../lib/store/sqlite/migrations.js';
import { openDatabase } from '../../../lib/store/sqlite/open-database.js';
import { sqliteStore } from '../../../lib/store/sqlite/sqlite-store.js';
import { tempDatabases } from '../../support/temp-database.js';
import { children } from '../support/children.js';
import { beginFile, foreignLog } from '../support/damage.js';
import { newJob, okDraft, openJob, thrown } from '../support/fill.js';
import { asOrdinaryUser, mountSmallDisk } from '../support/privileges.js';

const newPath = tempDatabases();
const { start } = children();
const open = (path: string) => sqliteStore({ path, lockTimeoutMs: 50 });

describe('a new file', () => {
  it('and all that lies beside it is for its owner only, whatever the umask', () => {
    const umask = process.umask(0);
    try {
      const path = newPath();
      const store = open(path);
      const { lease } = openJob(store, 1);
      store.commit(lease, { drafts: [okDraft(1)], lowWater: 1, claimedTo: 1 });
      const files = readdirSync(dirname(path));
      expect(files.map((file) => file.replace(/-owner-.*/, '-owner-')).sort()).toEqual([
        'batches.sqlite',
        'batches.sqlite-owner-',
        'batches.sqlite-shm',
        'batches.sqlite-wal',
      ]);
      for (const file of files) expect([file, statSync(join(dirname(path), file)).mode & 0o777]).toEqual([file, 0o600]);
      store.close();
      expect(readdirSync(dirname(path))).toEqual(['batches.sqlite']);
    } finally {
      process.umask(umask);
    }
  });

  it.each([
    ['full', 2],
    ['normal', 1],
  ] as const)(
    'in %s durability syncs accordingly, in WAL mode, ready to give pages back',
    (durability, synchronous) => {
      const db = openDatabase({ path: newPath(), durability, lockTimeoutMs: 1_234 });
      const pragma = (name: string): unknown => db.pragma(name, { simple: true });
      expect(['synchronous', 'journal_mode', 'auto_vacuum', 'busy_timeout'].map(pragma)).toEqual([
        synchronous,
        'wal',
        2,
        1_234,
      ]);
      expect(pragma('application_id')).toBe(applicationId);
      expect(pragma('user_version')).toBe(schemaVersion);
      db.close();
    },
  );

  it('has pages of 8 KiB, and a log of four megabytes; a file made with smaller ones keeps them, and the log its size', () => {
    const settings = (path: string) => {
      const db = openDatabase({ path, durability: 'full', lockTimeoutMs: 100 });
      const own = ['page_size', 'wal_autocheckpoint'].map((name) => db.pragma(name, { simple: true }));
      db.close();
      return own;
    };
    expect(settings(newPath())).toEqual([8_192, 500]);
    const old = newPath();
    beginFile(old, 4_096);
    expect(settings(old)).toEqual([4_096, 1_000]);
    expect(settings(old)).toEqual([4_096, 1_000]);
  });

  it('syncs by default', () => {
    const path = newPath();
    const store = sqliteStore({ path });
    store.close();
    expect(existsSync(path)).toBe(true);
  });
});

describe('a file of before', () => {
  it('is opened again as it is: the migrations run once', () => {
    const path = newPath();
    const first = open(path);
    openJob(first, 3);
    first.close();
    const second = open(path);
    expect(second.findJob('job')).toMatchObject({ total: 3, jobId: 'job' });
    second.close();
    const db = new Database(path, { readonly: true });
    expect(db.pragma('user_version', { simple: true })).toBe(schemaVersion);
    db.close();
  });

  it('of a newer schema is refused, naming both versions, and left alone', () => {
    const path = newPath();
    open(path).close();
    const db = new Database(path);
    db.pragma('user_version = 99');
    db.pragma('journal_mode = DELETE');
    db.close();
    const before = readFileSync(path);
    const error = thrown(() => open(path));
    expect(error.code).toBe('store_newer');
    expect(error.message).toBe(
      `${path} was written by a newer openapi-batch (schema 99, this version knows ${schemaVersion}); update the package, or choose another file`,
    );
    const after = new Database(path, { readonly: true });
    expect(after.pragma('user_version', { simple: true })).toBe(99);
    after.close();
    expect(before.length).toBeGreaterThan(0);
  });

  it('of another program is refused and left byte for byte', () => {
    const path = newPath();
    const db = new Database(path);
    db.exec('CREATE TABLE jobs (mine TEXT)');
    db.close();
    const before = readFileSync(path);
    const error = thrown(() => open(path));
    expect([error.code, error.message]).toEqual([
      'store_corrupt',
      `${path} is an SQLite database of another program; choose another file for openapi-batch`,
    ]);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('beside the log of another program is refused and left byte for byte', () => {
    const path = newPath();
    open(path).close();
    const before = readFileSync(path);
    const log = foreignLog(newPath());
    writeFileSync(`${path}-wal`, log);
    for (const durability of ['full', 'normal'] as const) {
      const error = thrown(() => sqliteStore({ path, durability }));
      expect([error.code, error.message]).toEqual([
        'store_corrupt',
        expect.stringContaining(`${path}-wal is of another program`),
      ]);
      expect(readFileSync(path).equals(before)).toBe(true);
      expect(readFileSync(`${path}-wal`).equals(log)).toBe(true);
    }
    rmSync(`${path}-wal`);
    open(path).close();
  });

  /** What is there when one process was killed while it made a file, and another one after its first write. */
  function leftBlank(path: string): Buffer {
    const made = newPath();
    const first = new Database(made);
    first.pragma('page_size = 8192');
    first.pragma('auto_vacuum = INCREMENTAL');
    first.pragma('journal_mode = WAL');
    const second = new Database(made);
    second.pragma('auto_vacuum = INCREMENTAL');
    const log = readFileSync(`${made}-wal`);
    writeFileSync(path, readFileSync(made));
    writeFileSync(`${path}-wal`, log);
    second.close();
    first.close();
    return log;
  }

  it('that was left while it was made is made by who comes next', () => {
    const path = newPath();
    expect(leftBlank(path).length).toBeGreaterThan(8_192);
    const store = open(path);
    openJob(store, 3);
    expect(store.findJob('job')?.total).toBe(3);
    store.close();
    open(path).close();
  });

  it('of ours beside the log of one left while it was made is refused', () => {
    const path = newPath();
    open(path).close();
    const log = leftBlank(newPath());
    writeFileSync(`${path}-wal`, log);
    expect(thrown(() => open(path)).message).toContain('of another program');
    expect(readFileSync(`${path}-wal`).equals(log)).toBe(true);
  });

  it('that has lost the mark of ours is damaged, not of another program', () => {
    const path = newPath();
    open(path).close();
    const bytes = readFileSync(path);
    bytes.writeUInt8(0, 68);
    writeFileSync(path, bytes);
    const error = thrown(() => open(path));
    expect([error.code, error.message]).toEqual(['store_corrupt', expect.stringContaining('--salvage')]);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it('that is no database is refused and left byte for byte', () => {
    const path = newPath();
    const text = '{"prompt":"a JSONL file, given by mistake"}\n'.repeat(1_000);
    writeFileSync(path, text);
    const error = thrown(() => open(path));
    expect(error.code).toBe('store_corrupt');
    expect(error.message).toContain(path);
    expect(error.message).toContain('restore it from a copy, or choose another file');
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('that is damaged in the middle says so when the damage is met', () => {
    const path = newPath();
    const first = open(path);
    const { lease } = openJob(first, 5_000);
    first.release(lease);
    first.close();
    const bytes = readFileSync(path);
    bytes.fill(0x5a, 8_192 * 4);
    writeFileSync(path, bytes);
    const error = thrown(() => {
      const store = open(path);
      try {
        const { jobId } = store.listJobs()[0]!;
        store.claim(store.acquire(jobId), 0, 10_000);
      } finally {
        store.close();
      }
    });
    expect(error.code).toBe('store_corrupt');
  });

  it('that is empty becomes a database', () => {
    const path = newPath();
    writeFileSync(path, '');
    const store = open(path);
    expect(store.listJobs()).toEqual([]);
    store.close();
  });
});

describe('a place that will not do', () => {
  it.each([
    [
      'a folder that does not exist',
      (path: string) => join(dirname(path), 'missing', 'db'),
      /^The folder .*missing of the database .* does not exist$/,
    ],
    [
      'a folder',
      (path: string) => dirname(path),
      /^The database .* is a folder; name a file, such as .*\/batches\.sqlite$/,
    ],
    ['a device', () => '/dev/null', /^The database \/dev\/null is no regular file; choose another file$/],
    [
      'a pipe',
      (path: string) => {
        execFileSync('mkfifo', [path]);
        return path;
      },
      /^The database .* is no regular file; choose another file$/,
    ],
  ])('%s is named', (_what, pathOf, message) => {
    const error = thrown(() => open(pathOf(newPath())));
    expect(error.code).toBe('store_unopenable');
    expect(error.message).toMatch(message);
  });

  it('a folder nobody may write to is named, for a new file', () => {
    const path = newPath();
    chmodSync(dirname(path), 0o555);
    const error = thrown(() => asOrdinaryUser(() => open(path)));
    expect(error.code).toBe('store_readonly');
    expect(error.message).toBe(
      `The database ${path} cannot be created: the folder ${dirname(path)} is not writable for this user`,
    );
    chmodSync(dirname(path), 0o755);
  });

  it('a folder nobody may write to is named, for a file that is there', () => {
    const path = newPath();
    open(path).close();
    chmodSync(path, 0o666);
    chmodSync(dirname(path), 0o555);
    const error = thrown(() => asOrdinaryUser(() => open(path)));
    expect(['store_readonly', 'store_unopenable']).toContain(error.code);
    expect(error.message).toContain(path);
    chmodSync(dirname(path), 0o755);
  });

  it('a read-only file is named', () => {
    const path = newPath();
    open(path).close();
    chmodSync(dirname(path), 0o777);
    chmodSync(path, 0o444);
    const error = thrown(() => asOrdinaryUser(() => open(path)));
    expect(error.code).toBe('store_readonly');
    expect(error.message).toBe(
      `${path} cannot be written: the file or its folder is read-only; results that are in it can be read with: openapi-batch results <job-id> --salvage --db ${path}`,
    );
  });

  it('a file nobody may read is named', () => {
    const path = newPath();
    open(path).close();
    chmodSync(dirname(path), 0o777);
    const error = thrown(() => asOrdinaryUser(() => open(path)));
    expect(error.code).toBe('store_unopenable');
    expect(error.message).toContain(path);
  });

  it('a disk with next to no room is named before a job is stored, and can be looked at all the same', () => {
    const folder = join(dirname(newPath()), 'disk');
    mkdirSync(folder);
    const disk = mountSmallDisk(folder, 8);
    if (disk === undefined) return;
    try {
      const path = join(folder, 'batches.sqlite');
      const store = open(path);
      const error = thrown(() => store.createJob(newJob('a')));
      expect(error.code).toBe('disk_full');
      expect(error.message).toMatch(/ has only \d MB left; free some space first$/);
      expect(store.listJobs()).toEqual([]);
      store.close();
    } finally {
      disk.unmount();
    }
  });
});

describe('a database held by another process', () => {
  const hold = `
    const db = new Database(path);
    db.exec('BEGIN EXCLUSIVE');
    db.prepare('UPDATE jobs SET updated_at = updated_at').run();
    say('held');`;

  it('says so after the time it may wait, for a write, and works again once it is free', async () => {
    const path = newPath();
    const store = open(path);
    const { lease } = openJob(store, 2);
    const child = await start(path, hold);
    expect(child.said).toBe('held');
    const started = Date.now();
    const error = thrown(() => store.commit(lease, { drafts: [okDraft(1)], lowWater: 1, claimedTo: 1 }));
    expect(error.code).toBe('store_locked');
    expect(error.message).toBe(
      `${path} is locked by another process that does not let go of it; end that process, or choose another file`,
    );
    expect(Date.now() - started).toBeGreaterThanOrEqual(45);
    expect(store.findJob('job')).toMatchObject({ ok: 0 });
    await child.end();
    expect(store.commit(lease, { drafts: [okDraft(1)], lowWater: 1, claimedTo: 1 }).events).toHaveLength(1);
    store.close();
  });

  it('in the old way of locking says so at opening', async () => {
    const path = newPath();
    const child = await start(
      path,
      `const db = new Database(path); db.exec('CREATE TABLE t (x); BEGIN EXCLUSIVE'); say('held');`,
    );
    expect(child.said).toBe('held');
    expect(thrown(() => open(path)).code).toBe('store_locked');
    await child.kill();
  });
});
