import { childPrograms } from '../support/child-process.js';
import { testClients } from '../support/clients.js';
import type { WorkerTask } from './support/batch-worker.js';
import { LedgerServer } from './support/ledger-server.js';

const clients = testClients();
const programs = childPrograms();
const server = new LedgerServer(() => 1);
let url = '';

beforeAll(async () => {
  url = await server.start();
});
afterAll(() => server.close());

const start = (how: WorkerTask['how'] = 'map') =>
  programs.start('crash/support/batch-worker.ts', {
    db: clients.path,
    url,
    concurrency: 4,
    count: 20,
    how,
  } satisfies WorkerTask);

describe('two processes and one job', () => {
  it('the second is refused at once and told who has it, also while the first is suspended; after its death it goes on at once', async () => {
    server.silent = true;
    const first = start();
    await Promise.race([server.reached(4), first.gone]);
    for (const how of ['map', 'resume', 'retry'] as const) {
      const second = start(how);
      expect(await second.gone).toBe(3);
      expect(second.lines.at(-1)).toMatch(
        new RegExp(`^error job_busy Job "j" is being worked on by process ${String(first.pid)} on `),
      );
    }
    // A suspended owner still holds the kernel's lock, however long ago its last heartbeat was.
    first.kill('SIGSTOP');
    const third = start();
    expect(await third.gone).toBe(3);
    expect(third.lines.at(-1)).toContain(`process ${String(first.pid)}`);

    first.kill('SIGKILL');
    await first.gone;
    server.silent = false;
    const from = Date.now();
    const next = start();
    await next.line('begun');
    expect(await next.gone).toBe(0);
    expect(next.lines).toContain('end completed 20 ok 0 failed');
    expect(Date.now() - from).toBeLessThan(15_000);
  }, 60_000);
});
