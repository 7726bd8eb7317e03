import { childPrograms, type Child } from '../support/child-process.js';
import { testClients } from '../support/clients.js';

const clients = testClients();
const children = childPrograms();
const start = (program: string): Child => children.start('client/support/program.ts', { program, db: clients.path });

describe('a process', () => {
  it('is not ended by a job that fails and that nobody has subscribed to', async () => {
    const child = start('fails-unwatched');
    expect(await child.gone).toBe(0);
    expect(child.lines).toEqual(['status failed']);
    expect(child.stderr).toBe('');
  });

  it('ends once its client is closed, whatever a provider asked it to wait for', async () => {
    const child = start('closes-while-held');
    expect(await child.gone).toBe(0);
    expect(child.lines).toEqual(['stopped closed']);
    expect(child.stderr).toBe('');
  });

  it('lives as long as its job works, and no longer, though the client is never closed', async () => {
    const child = start('never-closes');
    expect(await child.gone).toBe(0);
    expect(child.lines[0]).toBe('[openapi-batch] job j started');
    expect(child.lines.at(-1)).toMatch(/^\[openapi-batch\] job j completed: 50\/50 done/);
  });

  it('is not ended by a subscriber that throws before the job is done, and hears of it then', async () => {
    const child = start('view-throws');
    expect(await child.gone).toBe(1);
    expect(child.lines).toEqual(['done 40']);
    expect(child.stderr.match(/OPENAPI_BATCH_SUBSCRIBER/g)).toHaveLength(1);
    expect(child.stderr).toContain('Error: broken view');
  });

  it('hears of a failure nobody handles where somebody did subscribe', async () => {
    const child = start('fails-unhandled');
    expect(await child.gone).toBe(1);
    expect(child.stderr).toContain('refused');
  });
});
