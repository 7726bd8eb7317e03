import type { BatchJob, Progress, Result } from '../../lib/index.js';
import { failure, items, itemsTold, tell, testClients, thrown } from '../support/clients.js';
import { HandProvider, httpError } from '../support/hand-provider.js';

const clients = testClients();
const answering = (): HandProvider => new HandProvider((ask) => ask.answer());

describe('callbacks, inline', () => {
  it('are told every item in order, progress, and the end, last', async () => {
    const calls: unknown[][] = [];
    let given: BatchJob | undefined;
    const provider = new HandProvider((ask) => (ask.itemId === 'i1' ? ask.fail(httpError(400)) : ask.answer()));
    const job = clients.open({ provider }).map({
      items: items(3),
      onItem: (_, itemId, result) => calls.push(['item', itemId, result.ok]),
      onProgress: (_, { status }) => calls.push(['progress', status]),
      onComplete: (which) => {
        given = which;
        calls.push(['complete']);
      },
    });
    await job.wait();
    expect(calls.filter(([kind]) => kind === 'item')).toEqual([
      ['item', 'i0', true],
      ['item', 'i1', false],
      ['item', 'i2', true],
    ]);
    expect(calls.slice(-2)).toEqual([['progress', 'completed'], ['complete']]);
    expect(given?.jobId).toBe(job.jobId);
    expect(Object.keys(await given!.resultsDict())).toHaveLength(3);
  });

  it('run without any subscriber, and with the typed results of the job', async () => {
    const outputs: string[] = [];
    await new Promise<void>((resolve) => {
      clients.open().map<string>({
        items: items(2),
        onItem: (_, __, result: Result<string>) => (result.ok ? outputs.push(result.output.toUpperCase()) : 0),
        onComplete: () => resolve(),
      });
    });
    expect(outputs).toEqual(['I0', 'I1']);
  });

  it('complete has been told, onComplete has run, then the Observable completes', async () => {
    const order: string[] = [];
    const job = clients.open().map({ items: items(1), onComplete: () => order.push('onComplete') });
    await new Promise<void>((resolve) => {
      job.subscribe({
        next: ({ type }) => type === 'complete' && order.push('complete event'),
        complete: () => {
          order.push('completed');
          resolve();
        },
      });
    });
    expect(order).toEqual(['complete event', 'onComplete', 'completed']);
  });

  it('that throw never harm the job: it is warned once, and logged each time', async () => {
    const lines: string[] = [];
    const warnings: unknown[] = [];
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation((text) => void warnings.push(text));
    try {
      const job = clients.open({ log: (line) => lines.push(line) }).map({
        jobId: 'j',
        items: items(3),
        onItem: () => {
          throw new Error('no room');
        },
        onProgress: () => Promise.reject(new Error('nor here')),
        onComplete: () => {
          throw 'nothing';
        },
      });
      expect(await job.wait()).toMatchObject({ status: 'completed', ok: 3 });
    } finally {
      warn.mockRestore();
    }
    expect(lines.filter((line) => line.includes('onItem of job "j" failed: no room'))).toHaveLength(3);
    expect(lines.some((line) => line.includes('onProgress of job "j" failed: nor here'))).toBe(true);
    expect(lines.some((line) => line.includes('onComplete of job "j" failed: nothing'))).toBe(true);
    expect(warnings).toHaveLength(1);
  });

  it('onComplete is for completed and cancelled jobs, not for stopped ones; results so far are told all the same', async () => {
    const provider = new HandProvider();
    const client = clients.open({ provider, concurrency: 1 });
    const calls: string[] = [];
    const callbacks = {
      onItem: (_: BatchJob, itemId: string) => calls.push(itemId),
      onComplete: () => calls.push('complete'),
    };
    const job = client.map({ items: items(3), ...callbacks });
    await provider.asked(1);
    const pausing = job.pause();
    provider.asks[0]!.answer();
    await pausing;
    expect(calls).toEqual(['i0']);
    // The client knows the callbacks still.
    const told = tell(client.resume(job.jobId));
    await provider.asked(2);
    const cancelling = job.cancel();
    provider.asks[1]!.answer();
    await cancelling;
    await told;
    expect(calls).toEqual(['i0', 'i1', 'complete']);
  });

  it('are the newest: those of a later map() or resume() take over where the earlier were', async () => {
    const provider = answering();
    const calls: string[] = [];
    const first = clients.open({ provider });
    await first.map({ jobId: 'j', items: items(2), onItem: (_, id) => calls.push(`first ${id}`) }).wait();
    await first.close();
    await clients
      .open({ provider })
      .map({ jobId: 'j', items: items(4), onItem: (_, id) => calls.push(`second ${id}`) })
      .wait();
    expect(calls).toEqual(['first i0', 'first i1', 'second i2', 'second i3']);
  });

  it('that are slow do not hold the requests, and no queue of results is kept for them', async () => {
    const provider = answering();
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    const seen: string[] = [];
    const job = clients.open({ provider }).map({
      items: items(600),
      onItem: async (_, itemId) => {
        seen.push(itemId);
        await gate;
      },
    });
    await itemsTold(job, 600);
    expect(provider.asks).toHaveLength(600);
    expect(seen).toEqual(['i0']);
    open();
    await job.wait();
    expect(seen).toHaveLength(600);
  });

  it('wait() inside a callback resolves at the complete event', async () => {
    const ended: Progress[] = [];
    const job = clients.open().map({
      items: items(3),
      callbackExecutor: 'async',
      onItem: async (inner) => void ended.push(await inner.wait()),
      onComplete: async (inner) => void ended.push(await inner.wait()),
    });
    await job.wait();
    expect(ended).toHaveLength(4);
    for (const progress of ended) expect(progress).toMatchObject({ status: 'completed', done: 3 });
  });

  it.each(['paused', 'auth', 'closed'])(
    'wait() inside a callback rejects when the job ends with code %s, and holds nobody up',
    async (code) => {
      const provider = new HandProvider();
      const client = clients.open({ provider, concurrency: 1 });
      const codes: string[] = [];
      const job = client.map({
        items: items(3),
        callbackExecutor: 'async',
        onItem: async (inner) => void codes.push((await failure(inner.wait())).code),
      });
      const told = tell(job);
      (await provider.asked(1))[0]!.answer();
      await provider.asked(2);
      const ending = code === 'paused' ? job.pause() : code === 'closed' ? client.close() : undefined;
      if (code === 'auth') provider.asks[1]!.fail(httpError(401));
      else provider.asks[1]!.answer();
      await ending;
      expect((await told).error?.code).toBe(code);
      expect(codes.length).toBeGreaterThan(0);
      for (const each of codes) expect([code, 'client_closed']).toContain(each);
    },
  );

  it('that take longer than callbackTimeoutMs are no longer waited for', async () => {
    const seen: string[] = [];
    const job = clients.open().map({
      items: items(3),
      callbackTimeoutMs: 20,
      onItem: (_, itemId) => {
        seen.push(itemId);
        return new Promise(() => {});
      },
      onComplete: () => new Promise(() => {}),
    });
    expect(await job.wait()).toMatchObject({ status: 'completed' });
    expect(seen).toEqual(['i0', 'i1', 'i2']);
  });

  it('are checked at once', () => {
    const client = clients.open();
    const map = (options: object) => () => client.map({ items: [], ...options });
    expect(thrown(map({ onItem: 'print' })).message).toBe(
      'map(): expected "onItem" to be a function, got "print" (string)',
    );
    expect(thrown(map({ callbackExecutor: 'threads' })).message).toContain('"inline", "async", "thread"');
    expect(thrown(map({ callbackWorkers: 0 })).message).toContain('a whole number from 1 up');
    expect(thrown(map({ callbackExecutor: 'thread', onItem: () => {} })).message).toContain('needs "callbackModule"');
    expect(thrown(map({ callbackModule: './x.mjs' })).message).toContain(
      '"callbackModule" is for callbackExecutor "thread"',
    );
    expect(thrown(map({ callbackExecutor: 'thread', callbackModule: './x.mjs', onItem: () => {} })).message).toContain(
      'come from that module',
    );
  });
});
