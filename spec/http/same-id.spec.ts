import { createHandler } from '../../lib/http/index.js';
import { localEcho } from '../../lib/index.js';
import { testClients } from '../support/clients';
import { ndjson } from './support/served';

const clients = testClients();

/** Two users of one server, asked without sockets: what is not read of an answer is not made. */
async function twoUsers() {
  const client = clients.open({ provider: localEcho() });
  const handler = createHandler({ client, authorize: ({ headers }) => ({ name: headers.get('authorization') ?? '' }) });
  const ask = (user: string, path: string, init: RequestInit & { duplex?: 'half' } = {}) => {
    const headers = new Headers(init.headers);
    headers.set('authorization', user);
    if (!headers.has('content-type')) headers.set('content-type', 'application/json');
    return handler(new Request(`http://localhost${path}`, { ...init, headers }));
  };
  const start = async (user: string, jobId: string, count: number): Promise<void> => {
    const lines = Array.from({ length: count }, (_, n) => ({ itemId: `${user}${n}`, input: `of ${user}` }));
    const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': jobId };
    expect((await ask(user, '/jobs', { method: 'POST', headers, body: ndjson(lines) })).status).toBe(201);
    await client.job(jobId).wait();
  };
  /** Ann's job goes, and ben has one of the same id. */
  const handOver = async (jobId: string, count: number): Promise<void> => {
    expect((await ask('ann', `/jobs/${jobId}`, { method: 'DELETE' })).status).toBe(204);
    await start('ben', jobId, count);
  };
  await start('ann', 'j', 2_000);
  return { client, ask, handOver };
}

const restOf = async (reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> => {
  let text = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) text += Buffer.from(part.value).toString(); // prettier-ignore
  return text;
};
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const readerOf = (response: Response) => response.body!.getReader() as ReadableStreamDefaultReader<Uint8Array>;

describe('a job that has the id of a deleted one', () => {
  it.each(['results', 'results?order=input'])('is not told to a reader of the old one: %s break off', async (path) => {
    const { ask, handOver } = await twoUsers();
    const reader = readerOf(await ask('ann', `/jobs/j/${path}`));
    await reader.read();
    await handOver('j', 2_000);
    await expect(restOf(reader)).rejects.toThrow('the job was deleted');
  });

  it('is not told to a reader of events of the old one, begun or about to', async () => {
    const { ask, handOver } = await twoUsers();
    const begun = readerOf(await ask('ann', '/jobs/j/events?after=0'));
    await begun.read();
    const fresh = readerOf(await ask('ann', '/jobs/j/events'));
    await handOver('j', 2_000);
    for (const reader of [begun, fresh]) {
      const text = await restOf(reader);
      expect(text).toContain('"status":"job_not_found"');
      expect(text).not.toContain('ben');
      expect(text).not.toContain('data: {"type"');
    }
  });

  it('is not told in a stream of several jobs that goes on', async () => {
    const { client, ask, handOver } = await twoUsers();
    // Nobody watches it: the stream stays open for it.
    client.map({ jobId: 'cold', items: [], tags: ['owner:ann'], asyncSubmit: false });
    const reader = readerOf(await ask('ann', '/events?job=cold&job=j&after=now'));
    let text = '';
    const reading = (async () => {
      for (let part = await reader.read(); !part.done; part = await reader.read()) text += Buffer.from(part.value).toString(); // prettier-ignore
    })();
    for (let n = 0; n < 200 && !text.includes('interrupted'); n++) await pause(5);
    await handOver('j', 5);
    // Streams look every half a second, whether they are told or not.
    await pause(1_200);
    await reader.cancel();
    await reading;
    expect(text).toContain('job_not_found');
    expect(text).not.toContain('ben');
  });

  it.each(['resume', 'retry'])('is not touched by a %s whose body took its time', async (verb) => {
    const { client, ask, handOver } = await twoUsers();
    let send!: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (send = controller) });
    send.enqueue(Buffer.from('{'));
    const answer = ask('ann', `/jobs/j/${verb}`, { method: 'POST', body, duplex: 'half' });
    await handOver('j', 2);
    const [resumed, retried] = [jest.spyOn(client, 'resume'), jest.spyOn(client, 'job')];
    send.enqueue(Buffer.from('}'));
    send.close();
    expect((await answer).status).toBe(404);
    expect([resumed, retried].flatMap(({ mock }) => mock.calls)).toEqual([]);
  });

  it('is not added to by a POST whose first line took its time', async () => {
    const { client, ask } = await twoUsers();
    let send!: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (send = controller) });
    const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': 'j' };
    const answer = ask('ann', '/jobs', { method: 'POST', body, headers, duplex: 'half' });
    await client.delete('j');
    await client.map({ jobId: 'j', items: [{ itemId: 'x', input: 1 }], tags: ['owner:ben'] }).wait();
    send.enqueue(Buffer.from('{"itemId":"x","input":1}\n'));
    send.close();
    expect(await (await answer).json()).toMatchObject({ status: 409, code: 'job_conflict' });
    expect((await client.job('j').info()).tags).toEqual(['owner:ben']);
  });
});
