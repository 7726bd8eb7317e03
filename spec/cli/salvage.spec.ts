import { readFileSync, writeFileSync } from 'node:fs';
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

  /** Destroys a page; says how many results stood on it. */
  const damage = (region: string): number => {
    const page = pagesOf(db()).get(region)!.at(-1)!;
    const lost = resultsOn(db(), page);
    writeFileSync(db(), readFileSync(db()).fill(0x5a, (page - 1) * pageSize, page * pageSize));
    return lost;
  };

  it('is what the error of a damaged database asks for', async () => {
    damage('events');
    const { code, stderr } = await call('results j');
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /^openapi-batch: .* is damaged \(.*\); restore it from a copy, or read what is left of a job with: openapi-batch results <job-id> --salvage --db .*\n$/,
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
});
