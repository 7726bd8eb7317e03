import { createHandler, type WireProblem } from '../../lib/http/index.js';
import { items, ndjson, post, testServers } from './support/served';

const { clients, serve } = testServers();
const problemOf = async (response: Response): Promise<WireProblem> => (await response.json()) as WireProblem;

describe('HEAD', () => {
  it('is answered where GET is, without the body, and takes no place', async () => {
    const { url, client } = await serve({ maxStreamsPerPrincipal: 1 });
    await client.map({ jobId: 'j', items: items(2) }).wait();
    for (const path of [
      '/jobs',
      '/jobs/j',
      '/jobs/j/items',
      '/jobs/j/items/i0',
      '/jobs/j/events',
      '/jobs/j/results',
      '/jobs/j/failures',
      '/events?job=j',
    ]) {
      const head = await fetch(url + path, { method: 'HEAD' });
      expect([path, head.status, await head.text()]).toEqual([path, 200, '']);
      const get = await fetch(url + path);
      expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'));
      expect(head.headers.get('content-length')).toBe(get.headers.get('content-length'));
      await get.text();
    }
    expect((await fetch(`${url}/jobs/other`, { method: 'HEAD' })).status).toBe(404);
    const refused = await fetch(`${url}/jobs/j/cancel`, { method: 'HEAD' });
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await fetch(`${url}/jobs`, { method: 'PUT' })).headers.get('allow')).toBe('GET, HEAD, POST');
  });
});

describe('a body of POST /jobs', () => {
  it.each([
    ['nothing', ''],
    ['blank lines', '\n\r\n  \n'],
  ])('that is %s is refused; an options line alone is a job without items', async (_, body) => {
    const { url, client } = await serve();
    const headers = { 'content-type': 'application/x-ndjson' };
    const refused = await fetch(`${url}/jobs`, { method: 'POST', headers, body });
    expect(refused.status).toBe(400);
    expect((await problemOf(refused)).detail).toMatch(/^(The body is empty: e|E)xpected/);
    expect(await client.jobs()).toEqual([]);
    expect((await post(url, [{ job: {} }], { 'idempotency-key': 'j' })).status).toBe(201);
    expect(await client.job('j').wait()).toMatchObject({ total: 0, status: 'completed' });
  });

  it('holds no number that would be kept as null', async () => {
    const { url, client } = await serve();
    const headers = { 'content-type': 'application/x-ndjson' };
    const send = (text: string) => fetch(`${url}/jobs`, { method: 'POST', headers, body: `${text}\n` });
    for (const number of ['1e999', '-1E+400', '9'.repeat(400)]) {
      const refused = await send(`{"itemId":"a","input":{"deep":[1,${number}]}}`);
      expect([refused.status, (await problemOf(refused)).detail]).toEqual([
        400,
        'Line 1: a number that is too large to be kept, such as 1e999',
      ]);
    }
    expect(await client.jobs()).toEqual([]);
    expect((await send('{"input":["1e999", 1e30, 1e308, 1e-999]}')).status).toBe(201);
  });

  it('is refused in words', async () => {
    const { url, client } = await serve();
    await client.map({ jobId: 'j', items: [] }).wait();
    const json = { method: 'POST', headers: { 'content-type': 'application/json' } };
    expect((await problemOf(await fetch(`${url}/jobs/j/retry`, { ...json, body: '[]' }))).detail).toBe(
      'The body: expected object, received array',
    );
    expect((await problemOf(await post(url, [{ itemId: 'a' }]))).detail).toBe(
      'Line 1, "input": expected a value: { "prompt": "..." } or the body of the request',
    );
    const headers = { ...json.headers, cookie: 'a=b' };
    expect((await problemOf(await fetch(`${url}/jobs/j/retry`, { ...json, headers }))).detail).toMatch(/brings a cookie must say/); // prettier-ignore
  });
});

describe('bodies that are being read', () => {
  it('are counted, of each principal and of all; a place is free when one ends or is left', async () => {
    const client = clients.open();
    const authorize = ({ headers }: Request) => ({ name: headers.get('authorization') ?? '' });
    const handler = createHandler({ client, authorize, maxUploadsPerPrincipal: 2, maxUploads: 3 });
    const send = (user: string, jobId: string, body: ReadableStream<Uint8Array> | string) => {
      const headers = { authorization: user, 'content-type': 'application/x-ndjson', 'idempotency-key': jobId };
      const init: RequestInit & { duplex: 'half' } = { method: 'POST', headers, body, duplex: 'half' };
      return handler(new Request('http://localhost/jobs', init));
    };
    const ends: (() => void)[] = [];
    const open = (user: string, jobId: string) =>
      send(
        user,
        jobId,
        new ReadableStream({ start: (controller) => void ends.push(() => controller.error(new Error())) }),
      );
    const whole = (user: string, jobId: string) => send(user, jobId, ndjson(items(1)));

    const first = [open('ann', 'a'), open('ann', 'b')];
    await new Promise((resolve) => setTimeout(resolve, 20));
    const refused = await whole('ann', 'c');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5']);
    expect(await problemOf(refused)).toMatchObject({ code: 'too_many_uploads', detail: 'At most 2 jobs may be sent at a time; try again' }); // prettier-ignore
    expect((await whole('ben', 'd')).status).toBe(201);
    const second = open('ben', 'e');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await whole('cid', 'f')).status).toBe(429);
    ends.forEach((end) => end());
    for (const { status } of await Promise.all([...first, second])) expect(status).toBe(400);
    expect((await whole('ann', 'c')).status).toBe(201);
  });
});

describe('an item', () => {
  it('is never another than the one that was asked for, and is found by any id', async () => {
    const { url, client } = await serve({ authorize: () => ({ name: 'eve', jobs: 'all', readOnly: true }) });
    await client.map({ jobId: 'j', items: ['', '.', 'a'].map((itemId) => ({ itemId, input: itemId })) }).wait();
    // Clients and servers alike take the dots out of an address.
    for (const path of ['%2E', '%2e%2E', '.', ''])
      expect((await fetch(`${url}/jobs/j/items/${path}`)).status).toBe(404);
    const ask = (body: unknown) => {
      const headers = { 'content-type': 'application/json' };
      return fetch(`${url}/jobs/j/items`, { method: 'POST', headers, body: JSON.stringify(body) });
    };
    for (const itemId of ['', '.', 'a']) expect(await (await ask({ itemId })).json()).toMatchObject({ itemId });
    expect((await ask({ itemId: 'b' })).status).toBe(404);
    expect(await problemOf(await ask({}))).toMatchObject({ status: 400, detail: '"itemId": expected a string' });
  });
});
