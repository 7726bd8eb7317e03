import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '../..');

/** Angular comes as ES modules only, which Jest cannot load on every Node; so a process of its own uses the built package. */
describe('a job in Angular signals', () => {
  let report: Record<string, unknown> = {};

  beforeAll(async () => {
    if (!existsSync(join(root, 'dist/esm/index.js'))) throw new Error('build the package first: npm run build');
    const { stdout } = await promisify(execFile)(process.execPath, [join(__dirname, 'reads-a-job.mjs')], { cwd: root });
    report = JSON.parse(stdout) as Record<string, unknown>;
  }, 60_000);

  it('has a value at the first read and follows the job to its end', () => {
    expect(report['first']).toEqual({ status: 'running', percent: 0, answers: 0 });
    expect(report['last']).toEqual({ status: 'completed', percent: 100, answers: 60, between: true });
  });

  it('only watches: a page that is left cancels nothing', () => {
    expect(report['left']).toEqual({ seen: 0, job: { status: 'completed', done: 4 } });
  });

  it('keeps the last progress of a pause, and goes on where it watches across pauses', () => {
    expect(report['paused']).toEqual({ page: 'paused', dashboard: 'paused' });
    expect(report['resumed']).toEqual({ page: 'paused', dashboard: 'completed' });
  });

  it('throws what made the job fail when it is read', () => {
    expect(report['failed']).toBe('auth');
  });
});
