import { copyFileSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { threadId } from 'node:worker_threads';
import { item, items, tell, testClients } from '../support/clients.js';

const clients = testClients();
interface Note {
  readonly threadId: number;
  readonly call: string;
  readonly jobId: string;
  readonly itemId: string;
  readonly result: unknown;
  readonly progress: { readonly done: number };
}

/** A copy of the module, beside which it writes. */
const moduleIn = (folder: string, name: string): string => {
  copyFileSync(join(__dirname, 'support', name), join(folder, name));
  return join(folder, name);
};
const noteTaker = (): URL => pathToFileURL(moduleIn(clients.folder, 'note-taker.mjs'));

const notes = (call: string): Note[] =>
  readLines(join(clients.folder, 'notes.jsonl'))
    .map((line) => JSON.parse(line) as Note)
    .filter((note) => note.call === call);

describe('callbacks, thread', () => {
  it('run in worker threads, 8 by default, and are over before the job is', async () => {
    const job = clients.open().map({ items: items(64), callbackExecutor: 'thread', callbackModule: noteTaker() });
    await job.wait();
    const told = notes('onItem');
    expect(told).toHaveLength(64);
    expect(notes('onItem over')).toHaveLength(64);
    expect(new Set(told.map(({ itemId }) => itemId)).size).toBe(64);
    const threads = new Set(told.map((note) => note.threadId));
    expect(threads).not.toContain(threadId);
    expect(threads.size).toBe(8);
    expect(told[0]).toMatchObject({ jobId: job.jobId, result: { ok: true, output: told[0]!.itemId } });
    expect(notes('onComplete')).toMatchObject([{ jobId: job.jobId }]);
    expect(notes('onProgress').at(-1)!.progress.done).toBe(64);
  });

  it('as many as callbackWorkers says', async () => {
    const job = clients
      .open()
      .map({ items: items(12), callbackExecutor: 'thread', callbackWorkers: 2, callbackModule: noteTaker() });
    await job.wait();
    expect(new Set(notes('onItem').map((note) => note.threadId)).size).toBe(2);
  });

  it('that throw, hang or block a thread are given up after callbackTimeoutMs and harm nobody', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const lines: string[] = [];
    try {
      const client = clients.open({ log: (line) => lines.push(line) });
      const job = client.map({
        jobId: 'j',
        items: [item('throws'), item('hangs'), item('blocks'), ...items(6)],
        callbackExecutor: 'thread',
        callbackWorkers: 3,
        callbackTimeoutMs: 1_500,
        callbackModule: noteTaker(),
      });
      expect(await job.wait()).toMatchObject({ status: 'completed', ok: 9 });
    } finally {
      warn.mockRestore();
    }
    expect(
      notes('onItem over')
        .map(({ itemId }) => itemId)
        .sort(),
    ).toEqual(items(6).map(({ itemId }) => itemId));
    expect(lines.filter((line) => line.includes('onItem of job "j" failed'))).toHaveLength(3);
    expect(lines.join('\n')).toContain('cannot take throws');
  });

  it('may be given by path, and export only some, or a default object', async () => {
    const callbackModule = moduleIn(clients.folder, 'only-complete.mjs');
    await clients
      .open()
      .map({ jobId: 'j', items: items(3), callbackExecutor: 'thread', callbackModule })
      .wait();
    expect(notes('onComplete')).toMatchObject([{ jobId: 'j' }]);
  });

  it('from a module that cannot be loaded fail like any other, and the job goes on', async () => {
    const broken = join(mkdtempSync(join(tmpdir(), 'openapi-batch-')), 'broken.mjs');
    writeFileSync(broken, `throw new Error('broken module');`);
    const warnings: string[] = [];
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation((text) => void warnings.push(String(text)));
    try {
      const job = clients.open().map({ items: items(2), callbackExecutor: 'thread', callbackModule: broken });
      expect((await tell(job)).last).toMatchObject({ type: 'complete', progress: { ok: 2 } });
    } finally {
      warn.mockRestore();
    }
    expect(warnings.join()).toContain('broken module');
  });

  it('leave no thread behind a closed client', async () => {
    const client = clients.open();
    const job = client.map({ items: items(4), callbackExecutor: 'thread', callbackModule: noteTaker() });
    await job.pause();
    await client.close();
    const over = notes('onItem over').length;
    expect(notes('onItem')).toHaveLength(over);
  });
});

function readLines(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
}
