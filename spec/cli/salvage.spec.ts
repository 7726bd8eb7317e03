import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { pagesOf, pageSize, resultsOn } from '../store/support/damage.js';
import { startCli, type Outcome } from './support/test-io.js';
import { jsonLines, prompts, Workspace } from './support/workspace.js';

describe('results --salvage', () => {
  let space: Workspace;
  const db = (): string => space.path('openapi-batch.sqlite');
  const call = async (line: string): Promise<Outcome> => await startCli(line.split(' '), { cwd: space.folder }).outcome;
  beforeEach(async () => {
    space = new Workspace();
    space.write(prompts(600));
    expect((await call('run requests.jsonl --provider local_echo --job-id j')).code).toBe(0);
  });
  afterEach(() => space.remove());

  const overwrite = (page: number): void =>
    writeFileSync(db(), readFileSync(db()).fill(0x5a, (page - 1) * pageSize, page * pageSize));

  /** Destroys a page; says how many results stood on it. */
  const damage = (region: string): number => {
    const page = pagesOf(db()).get(region)!.at(-1)!;
    const lost = resultsOn(db(), page);
    overwrite(page);
    return lost;
  };

  it.each(['results j', 'status j', 'resume j', 'delete j'])(
    'is what a damaged database asks for, of the job itself: %s',
    async (line) => {
      damage('jobs');
      const { code, stderr } = await call(line);
      expect(code).toBe(3);
      expect(stderr).toMatch(
        /^openapi-batch: .* is damaged \(.*\); restore it from a copy; or read what is left of the job with: openapi-batch results j --salvage\n$/,
      );
    },
  );

  it('is asked for with the database and the job as they were typed', async () => {
    damage('header');
    const { stderr } = await call("status it's --db ./openapi-batch.sqlite");
    expect(stderr).toContain("with: openapi-batch results 'it'\\''s' --salvage --db ./openapi-batch.sqlite\n");
  });

  it('is asked for by list, of a job that can still be found', async () => {
    damage('sqlite_autoindex_jobs_1');
    expect(await call('list')).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/; or read what is left of its job with: openapi-batch results j --salvage\n$/),
    });
  });

  it('is asked for by list, of one of the jobs', async () => {
    await call('run requests.jsonl --provider local_echo --job-id k --limit 1');
    damage('header');
    expect((await call('list --json')).stdout).toMatch(
      /or read what is left of one of its jobs \(j, k\) with: openapi-batch results j --salvage/,
    );
  });

  it('is what a job that met the damage goes on with', async () => {
    space.write(prompts(700));
    const pages = pagesOf(db()).get('items (inner)')!;
    for (const page of pages) overwrite(page);
    const run = await call('run requests.jsonl --provider local_echo --job-id j');
    expect([run.code, run.stderr]).toEqual([
      3,
      expect.stringMatching(
        /restore it from a copy \(600 of 600 done\)\nread what .*: openapi-batch results j --salvage\n$/,
      ),
    ]);
    const status = await call('status j');
    expect(status.stdout).toMatch(/^status +failed: .* is damaged \(.*\); restore it from a copy$/m);
    expect(status.stdout).toMatch(/^what is left +openapi-batch results j --salvage$/m);
    expect(status.stdout).not.toContain('resume');
    expect((await call('list')).stderr).toBe(
      'the database is damaged, as job j found; read what is left of it with: openapi-batch results j --salvage\n',
    );
  });

  it('writes what can be read, says what is missing, and leaves the file as it is', async () => {
    const lost = damage('events');
    const before = readFileSync(db());
    const { code, stderr } = await call('results j --salvage -o out.jsonl');
    expect([code, stderr]).toEqual([1, `job j: ${600 - lost} results read, ${lost} could not be read\n`]);
    const lines = space.read();
    expect(new Set(lines.map(({ itemId }) => itemId)).size).toBe(600 - lost);
    expect(lines[0]).toMatchObject({ itemId: 'i0', ok: true, output: 'p0' });
    expect(readFileSync(db()).equals(before)).toBe(true);
  });

  it('reads past a header that is gone', async () => {
    damage('header');
    const { code, stdout, stderr } = await call('results j --salvage --ordered');
    expect([code, stderr]).toEqual([0, 'job j: 600 results read, none is missing\n']);
    expect(jsonLines(stdout).map(({ itemId }) => itemId)).toEqual(prompts(600).map((_, n) => `i${n}`));
  });

  it('writes only those asked for', async () => {
    const { code, stdout } = await call('results j --salvage --only failed');
    expect([code, stdout]).toEqual([0, '']);
  });

  it('names the nearest job it has read of', async () => {
    const { code, stderr } = await call('results jj --salvage');
    expect([code, stderr]).toEqual([
      2,
      'openapi-batch: what can be read of the database names no job "jj"; did you mean "j"?\n',
    ]);
  });

  it('says of the only job without a name that it may be another one', async () => {
    await call('run requests.jsonl --provider local_echo --job-id k --limit 1');
    const file = new Database(db());
    file.exec("DELETE FROM jobs WHERE job_id = 'j'");
    file.close();
    const { code, stdout, stderr } = await call('results nosuchjob --salvage');
    expect(stderr).toBe(
      'job nosuchjob: 600 results read, none is missing; the file names every other job, and no longer says that this one had that name: look whether they are the right ones\n',
    );
    expect([code, jsonLines(stdout).length]).toEqual([1, 600]);
  });

  it('of a file that never was a database reads nothing', async () => {
    writeFileSync(db(), 'not a database '.repeat(10_000));
    const { code, stderr } = await call('results j --salvage');
    expect([code, stderr]).toEqual([
      2,
      'openapi-batch: what can be read of the database names no job "j"; it names no job at all\n',
    ]);
  });

  it('never writes over the database', async () => {
    const { code, stderr } = await call('results j --salvage -o openapi-batch.sqlite');
    expect(code).toBe(2);
    expect(stderr).toContain('it is the database');
  });

  it.each(['results j', 'results j --salvage', 'run requests.jsonl --provider local_echo'])(
    "does not take the database's log for the output of %s",
    async (line) => {
      for (const end of ['wal', 'shm']) {
        const { code, stderr } = await call(`${line} -o openapi-batch.sqlite-${end}`);
        expect([code, stderr]).toEqual([2, expect.stringContaining("it is the database's log")]);
      }
    },
  );

  it('does not wait for a pipe', async () => {
    execFileSync('mkfifo', [space.path('pipe')]);
    const { code, stderr } = await call('results j --salvage --db pipe');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/pipe: it is no file\n$/)]);
  });
});
