import { firstValueFrom } from 'rxjs';
import { ofType, type BatchJob } from '../../lib/index.js';
import { items, testClients } from '../support/clients.js';

const clients = testClients();

/** Callbacks of a program that is started again: those told, and one in the way that never comes back. */
function program(stuckAt?: string) {
  const told: string[] = [];
  let reached!: () => void;
  const stuck = new Promise<void>((resolve) => (reached = resolve));
  const onItem = (_: BatchJob, itemId: string): Promise<void> | undefined => {
    if (itemId === stuckAt) {
      reached();
      return new Promise(() => undefined);
    }
    told.push(itemId);
    return undefined;
  };
  return { told, stuck, callbacks: { onItem, onComplete: () => void told.push('end') } };
}

/** Much longer than a spec may take. */
const callbackTimeoutMs = 60_000;

describe('a stop does not wait for callbacks that take their time', () => {
  it('close() gives those under way drainMs; the next run tells the rest, and the end', async () => {
    const first = program('i2');
    const client = clients.open({ concurrency: 1, drainMs: 30 });
    const job = client.map({ jobId: 'j', items: items(600), callbackTimeoutMs, ...first.callbacks });
    await first.stuck;
    await firstValueFrom(job.pipe(ofType('complete')));
    await client.close();
    expect(first.told).toEqual(['i0', 'i1']);

    const second = program();
    await clients
      .open()
      .map({ jobId: 'j', items: items(600), ...second.callbacks })
      .wait();
    expect(second.told).toEqual([
      ...items(600)
        .map(({ itemId }) => itemId)
        .slice(2),
      'end',
    ]);
  });

  it('close({ drainMs: 0 }) waits for none, also while another close() does', async () => {
    const { stuck, callbacks } = program('i0');
    const client = clients.open({ drainMs: 60_000 });
    client.map({ jobId: 'j', items: items(2), callbackTimeoutMs, ...callbacks });
    await stuck;
    const patient = client.close();
    await client.close({ drainMs: 0 });
    await patient;
  });

  it('pause() neither; those under way are waited for', async () => {
    let release!: () => void;
    const told: string[] = [];
    const client = clients.open({ concurrency: 1 });
    const begun = new Promise<void>((resolve) => {
      client.map({
        jobId: 'j',
        items: items(600),
        callbackTimeoutMs,
        onItem: async (_, itemId) => {
          resolve();
          if (itemId === 'i0') await new Promise<void>((done) => (release = done));
          told.push(itemId);
        },
      });
    });
    await begun;
    const pausing = client.job('j').pause();
    setTimeout(() => release(), 50);
    await pausing;
    expect(told).toEqual(['i0']);
    await client.resume('j').wait();
    expect(told).toEqual(items(600).map(({ itemId }) => itemId));
  });

  it('a close() that comes when all items were told still has the end told', async () => {
    const { told, callbacks } = program();
    const client = clients.open();
    const job = client.map({ jobId: 'j', items: items(3), ...callbacks });
    await new Promise<void>((resolve) => {
      job.subscribe(({ type }) => {
        if (type === 'complete') void client.close().then(resolve);
      });
    });
    expect(told).toEqual(['i0', 'i1', 'i2', 'end']);
  });
});
