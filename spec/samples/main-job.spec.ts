import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { fromJsonl } from '../support/jsonl.js';
import { runIn, runSample, type SampleRun } from './run-sample.js';

const root = join(__dirname, '../..');
const mainJob = join(root, 'samples/main-job.ts');
const cli = join(root, 'dist/cjs/cli/main.js');

describe('npm start', () => {
  let folder: string;
  let run: SampleRun;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'openapi-batch-main-job-'));
    run = await runIn(folder, mainJob);
  }, 120_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('runs 200 items, three of which are refused for good', () => {
    expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: '' });
    expect(run.stdout).toContain('submitted job demo-1, 200 items');
    expect(run.stdout).toMatch(/completed: 197 ok, 3 failed of 200 in \d+\.\d s/);
  });

  it('shows how the job goes, and that a rate limit holds it', () => {
    expect(run.stdout).toMatch(/\d+\/200 done, \d+ ok, \d+ failed, \d+ in flight/);
    expect(run.stdout).toContain('held by the rate limit');
  });

  it('shows the pace against the limits that the server tells', () => {
    expect(run.stdout).toMatch(/ in flight, [\d,]+\/[\d,]+ req\/min, [\dK]+\/\d\dK tok\/min/);
  });

  it('has each answer billed once by the server', () => {
    expect(run.stdout).toContain('197 billed, none of them twice');
    expect(run.stdout).toMatch(/refused: 2 with 400, \d+ with 429, \d+ with 500/);
  });

  it('prints commands that show the results', () => {
    const commands = run.stdout.split('\n').filter((line) => line.startsWith('  npx openapi-batch '));
    expect(commands).toEqual([
      '  npx openapi-batch results demo-1 --db openapi-batch-demo.sqlite',
      '  npx openapi-batch results demo-1 --only failed --db openapi-batch-demo.sqlite',
      '  npx openapi-batch status demo-1 --db openapi-batch-demo.sqlite',
    ]);
    const answers = commands.map((command) => {
      const args = command.trim().split(' ').slice(2);
      const { status, stdout } = spawnSync(process.execPath, [cli, ...args], { cwd: folder, encoding: 'utf8' });
      return { status, stdout };
    });
    expect(answers.map(({ status }) => status)).toEqual([0, 0, 0]);
    const [all = '', failed = ''] = answers.map(({ stdout }) => stdout);
    expect(fromJsonl(all)).toHaveLength(200);
    expect(
      fromJsonl(failed)
        .map(({ itemId }) => itemId)
        .sort(),
    ).toEqual(['review-042', 'review-077', 'review-163']);
  });

  it('refuses a flag it does not know', async () => {
    const { code, stderr, stdout } = await runSample('main-job.ts', ['--quick']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe("npm start: Unknown option '--quick'; see npm start -- --help\n");
  });
});
