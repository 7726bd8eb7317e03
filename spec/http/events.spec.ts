import { localEcho, type BatchEvent } from '../../lib/index.js';
import type { WireStopped } from '../../lib/http/index.js';
import { itemsTold, tell } from '../support/clients';
import { eventOf, items, messages, post, testServers, type Message } from './support/served';

const { clients, serve } = testServers();

/** Messages until the stream ends, or until one is the last wanted. */
async function collect(response: Response, enough: (message: Message) => boolean = () => false): Promise<Message[]> {
  const collected: Message[] = [];
  for await (const message of messages(response)) {
    collected.push(message);
    if (enough(message)) break;
  }
  return collected;
}

const isItem = (event: BatchEvent): boolean => event.type === 'item';

describe('events over HTTP', () => {
  it('are those of the job, with the sequence as id, and end with its end', async () => {
    const { url, client } = await serve();
    await post(url, items(50), { 'idempotency-key': 'j' });
    const response = await fetch(`${url}/jobs/j/events`);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    const told = await collect(response);
    const events = told.map(eventOf);
    expect(told.map(({ id }) => id)).toEqual(events.map(({ seq }) => String(seq)));
    expect(events[0]).toMatchObject({ type: 'progress', seq: 0 });
    expect(events.at(-1)).toMatchObject({ type: 'complete', status: 'completed' });
    const { items: own } = await tell(client.job('j').events({ after: 0 }));
    expect(events.filter(isItem)).toEqual(own);

    const last = String(told.at(-1)?.id);
    expect((await fetch(`${url}/jobs/j/events?after=${last}`)).status).toBe(204);
    expect((await fetch(`${url}/jobs/j/events?after=0`, { headers: { 'last-event-id': last } })).status).toBe(204);
    const wrong = await fetch(`${url}/jobs/j/events`, { headers: { 'last-event-id': 'x' } });
    expect([wrong.status, await wrong.json()]).toMatchObject([
      400,
      { detail: expect.stringMatching(/^The header "Last-Event-ID" is wrong: expected a sequence/) },
    ]);
    const now = (await collect(await fetch(`${url}/jobs/j/events?after=now`))).map(eventOf);
    expect(now).toMatchObject([{ type: 'progress', seq: Number(last), progress: { ok: 50 } }]);
  });

  it('go on where they were cut, 200 times, with nothing lost and nothing told twice', async () => {
    const provider = localEcho({ latencyMs: [0, 4] });
    const { url } = await serve({ client: clients.open({ provider, concurrency: 8 }) });
    await post(url, items(6_000), { 'idempotency-key': 'j' });
    const events: BatchEvent[] = [];
    let after = 0;
    let cuts = 0;
    for (let random = 1, ended = false; !ended;) {
      random = (random * 16_807) % 2_147_483_647;
      const cut = new AbortController();
      const headers: Record<string, string> = random % 2 === 0 ? { 'last-event-id': String(after) } : {};
      const query = random % 2 === 0 ? '' : `?after=${String(after)}`;
      const response = await fetch(`${url}/jobs/j/events${query}`, { headers, signal: cut.signal });
      if (response.status === 204) break;
      // Cut after so many bytes, wherever that is in a message.
      let left = cuts < 200 ? 1 + (random % 10_000) : Infinity;
      const body = response.body!.pipeThrough(
        new TransformStream<Uint8Array, Uint8Array>({
          transform(chunk, controller) {
            controller.enqueue(chunk.subarray(0, left));
            left -= chunk.length;
            if (left <= 0) {
              controller.terminate();
              cut.abort();
            }
          },
        }),
      );
      try {
        for await (const message of messages(new Response(body))) {
          const event = eventOf(message);
          events.push(event);
          after = Number(message.id);
          ended = event.type === 'complete';
        }
      } catch {
        // As a cut connection ends.
      }
      if (!ended) cuts++;
    }
    expect(cuts).toBeGreaterThanOrEqual(200);
    const told = events.filter(isItem).map((event) => event.type === 'item' && event.itemId);
    expect(new Set(told).size).toBe(6_000);
    expect(told).toHaveLength(6_000);
    expect(events.map(({ seq }) => seq)).toEqual(events.map(({ seq }) => seq).sort((a, b) => a - b));
  });

  it('of several jobs come in one stream, in one order, until all are over', async () => {
    const { url, client } = await serve();
    await Promise.all(['a', 'b', 'c'].map((key) => post(url, items(300), { 'idempotency-key': key })));
    const told = (await collect(await fetch(`${url}/events?job=a&job=b&job=c&after=0`))).map(eventOf);
    const seqs = told.map(({ seq }) => seq);
    expect(seqs).toEqual([...new Set(seqs)].sort((x, y) => x - y));
    expect(told.filter(isItem)).toHaveLength(900);
    expect(told.filter(({ type }) => type === 'complete').map(({ jobId }) => jobId).sort()).toEqual(['a', 'b', 'c']); // prettier-ignore
    expect((await fetch(`${url}/events?job=a&job=b&after=${seqs.at(-1)!}`)).status).toBe(204);
    expect((await fetch(`${url}/events`)).status).toBe(400);
    expect((await fetch(`${url}/events?job=a&job=nobody`)).status).toBe(404);
    expect(await client.jobs()).toHaveLength(3);
  });

  it('of a hundred jobs are not slower than of one', async () => {
    const { url, client } = await serve({ client: clients.open() });
    const ids = Array.from({ length: 100 }, (_, n) => `j${n}`);
    await Promise.all(ids.map((jobId) => client.map({ jobId, items: items(40) }).wait()));
    const began = performance.now();
    const told = await collect(await fetch(`${url}/events?after=0&job=${ids.join('&job=')}`));
    expect(told.map(eventOf).filter(isItem)).toHaveLength(4_000);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it('say why a job stopped, stay open, and go on when it does', async () => {
    const provider = localEcho({ latencyMs: 5 });
    const { url, client } = await serve({ client: clients.open({ provider, concurrency: 2 }) });
    await post(url, items(60), { 'idempotency-key': 'j' });
    const response = await fetch(`${url}/jobs/j/events`);
    await itemsTold(client.job('j'), 5);
    const collected: Message[] = [];
    for await (const message of messages(response)) {
      collected.push(message);
      if (message.event === 'stopped') client.resume('j');
      else if (collected.length === 8) void client.job('j').pause();
    }
    const stops = collected.filter(({ event }) => event === 'stopped');
    expect(stops.map(({ id, data }) => [id, (JSON.parse(data) as WireStopped).code])).toEqual([[undefined, 'paused']]);
    expect(collected.filter(({ event }) => event === undefined).map(eventOf).filter(isItem)).toHaveLength(60); // prettier-ignore
  });

  it('of a job in another process are told, too', async () => {
    const other = clients.open({ provider: localEcho({ latencyMs: 5 }), concurrency: 4 });
    const { url } = await serve({ client: clients.open() });
    const job = other.map({ jobId: 'theirs', items: items(100) });
    const told = (await collect(await fetch(`${url}/jobs/${job.jobId}/events`))).map(eventOf);
    expect(told.filter(isItem)).toHaveLength(100);
    expect(told.at(-1)).toMatchObject({ type: 'complete' });
  });

  it('are kept alive, and end for a new permission', async () => {
    const provider = localEcho({ latencyMs: 60_000 });
    const client = clients.open({ provider, drainMs: 0 });
    const endless = await serve({ client, heartbeatMs: 30 });
    await post(endless.url, items(1), { 'idempotency-key': 'j' });
    const leave = new AbortController();
    const { body } = await fetch(`${endless.url}/jobs/j/events?after=now`, { signal: leave.signal });
    let text = '';
    for await (const part of body!.pipeThrough(new TextDecoderStream())) {
      text += part;
      if (text.split(': ping\n\n').length > 4) break;
    }
    expect(text).toMatch(/^retry: \d+\n/);
    leave.abort();
    const { url } = await serve({ client, heartbeatMs: 30, maxStreamMs: 100 });
    expect(await (await fetch(`${url}/jobs/j/events?after=now`)).text()).toMatch(/^retry: \d+\n/);
    await client.job('j').cancel();
  });

  it('say that a job was deleted, and end', async () => {
    const { url, client } = await serve();
    client.map({ jobId: 'gone', items: items(1) });
    const response = await fetch(`${url}/jobs/gone/events?after=now`);
    await client.job('gone').pause();
    const told = collect(response);
    await client.delete('gone');
    const stops = (await told).filter(({ event }) => event === 'stopped');
    expect(stops.map(({ data }) => (JSON.parse(data) as WireStopped).code).at(-1)).toBe('job_not_found');
  });

  it('end with the client, and free everything when their reader leaves', async () => {
    const provider = localEcho({ latencyMs: 60_000 });
    const { url, client } = await serve({
      client: clients.open({ provider, drainMs: 0 }),
      maxStreamsPerPrincipal: 2,
    });
    await post(url, items(1), { 'idempotency-key': 'j' });
    const open = async () => {
      const leave = new AbortController();
      const response = await fetch(`${url}/jobs/j/events`, { signal: leave.signal });
      return { leave, response };
    };
    const [first, second] = [await open(), await open()];
    const third = await open();
    expect(third.response.status).toBe(429);
    expect(await third.response.json()).toMatchObject({ code: 'too_many_streams' });
    first.leave.abort();
    let fourth = await open();
    for (let n = 0; fourth.response.status === 429 && n < 50; n++) fourth = await open();
    expect(fourth.response.status).toBe(200);
    const told = collect(second.response);
    void client.close({ drainMs: 0 });
    expect((await told).length).toBeGreaterThan(0);
  });
});
