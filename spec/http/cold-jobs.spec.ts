import { filter, firstValueFrom } from 'rxjs';
import { RemoteBatchClient } from '../../lib/browser/index.js';
import { localEcho } from '../../lib/index.js';
import type { WireJob, WireStopped } from '../../lib/http/index.js';
import { items, messages, post, testServers } from './support/served';

const { clients, serve } = testServers();

const served = async () => {
  const client = clients.open({ provider: localEcho({ latencyMs: 5 }), concurrency: 2 });
  const { url } = await serve({ client });
  const cold = client.map({ jobId: 'j', items: items(100), asyncSubmit: false });
  const remote = new RemoteBatchClient({ baseURL: url });
  const codeOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => 'none', (error: unknown) => (error as { code: unknown }).code); // prettier-ignore
  /** Why the job has stopped, as a stream tells it time after time. */
  async function* stops(): AsyncGenerator<string> {
    for await (const { event, data } of messages(await fetch(`${url}/jobs/j/events`)))
      if (event === 'stopped') yield (JSON.parse(data) as WireStopped).code;
  }
  return { client, url, cold, remote, codeOf, stops };
};

describe('a cold job over HTTP', () => {
  it('is not started by whoever only looks: a GET runs nothing', async () => {
    const { cold, remote, codeOf, stops } = await served();
    expect((await stops().next()).value).toBe('interrupted');
    expect(await codeOf(remote.job('j').wait())).toBe('interrupted');
    expect(await cold.info()).toMatchObject({ status: 'pending', total: 0, owner: null });
  });

  it('pauses with its last watcher here, however many streams look', async () => {
    const { cold, stops } = await served();
    const stream = stops();
    expect((await stream.next()).value).toBe('interrupted');
    await firstValueFrom(cold.pipe(filter(({ type }) => type === 'item')));
    expect((await stream.next()).value).toBe('unwatched');
    expect((await cold.info()).status).toBe('paused');
  });

  it('is an ordinary job once it is resumed from afar: its held input is read, and nobody needs to watch', async () => {
    const { client, cold, remote, url } = await served();
    await firstValueFrom(cold.pipe(filter(({ type }) => type === 'item')));
    while ((await cold.info()).status === 'running') await new Promise((resolve) => setTimeout(resolve, 5));
    const resumed = await fetch(`${url}/jobs/j/resume`, { method: 'POST' });
    expect(((await resumed.json()) as WireJob).info.owner).not.toBeNull();
    await firstValueFrom(client.job('j').pipe(filter(({ type }) => type === 'item')));
    expect(await remote.job('j').wait()).toMatchObject({ status: 'completed', ok: 100 });
  });

  it('runs when it is posted, as every posted job does', async () => {
    const { url, client } = await served();
    expect((await post(url, items(100), { 'idempotency-key': 'j' })).status).toBe(200);
    expect(await client.job('j').wait()).toMatchObject({ status: 'completed', ok: 100 });
  });

  it('cannot be made from afar', async () => {
    const { remote } = await served();
    expect(() => remote.map({ items: items(1), asyncSubmit: false })).toThrow(
      /^map\(\): "asyncSubmit: false" is of local jobs; a remote one runs as soon as the server has it/,
    );
    expect(() => remote.resume('j', { asyncSubmit: false })).toThrow(/^resume\(\): "asyncSubmit: false"/);
  });
});
