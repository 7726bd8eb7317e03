import { request as httpRequest } from 'node:http';
import {
  createHandler,
  toNodeListener,
  type HandlerOptions,
  type Principal,
  type WireJob,
  type WireProblem,
} from '../../lib/http/index.js';
import { localEcho } from '../../lib/index.js';
import { thrown } from '../support/clients';
import { items, ndjson, post, testServers } from './support/served';

const { clients, serve } = testServers();

interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly text: string;
}

/** A request whose path and headers go out as they are, which `fetch` would not let them. */
function raw(
  url: string,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  // prettier-ignore
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const { method = 'GET', headers = {} } = options;
    const sent = httpRequest({ hostname, port, path, method, headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += String(chunk)));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    sent.on('error', reject);
    sent.end(options.body);
  });
}

const byToken: HandlerOptions['authorize'] = (request) => {
  const name = /^Bearer (ann|bob|eve)$/.exec(request.headers.get('authorization') ?? '')?.[1];
  return name === undefined
    ? null
    : { name, readOnly: name === 'eve', ...(name === 'eve' && { jobs: 'all' as const }) };
};
const as = (name: string) => ({ authorization: `Bearer ${name}` });

describe('who may do what', () => {
  it('is not to set what holds back others on the same key; who sees all may lower it', async () => {
    const everybody: HandlerOptions['authorize'] = () => ({ name: 'operator', jobs: 'all' });
    const client = clients.open({ provider: localEcho({ latencyMs: 100 }), requestsPerMinute: 6_000 });
    const [users, operators] = [
      await serve({ client, authorize: byToken }),
      await serve({ client, authorize: everybody }),
    ];
    const body = (job: object) => `${JSON.stringify({ job })}\n${ndjson(items(2))}`;
    const send = (url: string, text: string, headers = {}) =>
      fetch(`${url}/jobs`, {
        method: 'POST',
        body: text,
        headers: { 'content-type': 'application/x-ndjson', ...headers },
      });
    for (const job of [{ requestsPerMinute: 1e-300 }, { tokensPerMinute: 1 }]) {
      const refused = await send(users.url, body(job), as('ann'));
      expect([refused.status, await refused.json()]).toMatchObject([403, { code: 'forbidden' }]);
    }
    await post(users.url, items(1), { ...as('ann'), 'idempotency-key': 'j' });
    const resumed = await fetch(`${users.url}/jobs/j/resume`, { method: 'POST', headers: { ...as('ann'), 'content-type': 'application/json' }, body: '{"requestsPerMinute":1}' }); // prettier-ignore
    expect(resumed.status).toBe(403);
    const limits = async (job: object) => {
      const { info, progress } = (await (await send(operators.url, body(job))).json()) as WireJob;
      const { pacing } = progress;
      await client.job(info.jobId).wait();
      return [pacing.requests?.perMinute, pacing.tokens?.perMinute];
    };
    expect(await limits({ requestsPerMinute: 1e9, tokensPerMinute: 1e6 })).toEqual([6_000, 1e6]);
    expect(await limits({ requestsPerMinute: 3_000 })).toEqual([3_000, undefined]);
  });

  it('is nobody, unless authorize says so', async () => {
    const { url, client } = await serve({ authorize: byToken });
    for (const headers of [{}, as('mallory'), { authorization: 'Basic YW5uOg==' }]) {
      for (const path of ['/jobs', '/jobs/j', '/jobs/j/events', '/jobs/j/results', '/nothing', '/']) {
        const response = await fetch(url + path, { headers });
        expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
        expect(await response.json()).toMatchObject({ code: 'unauthorized' });
      }
      expect((await post(url, items(1), headers as Record<string, string>)).status).toBe(401);
    }
    expect(await client.jobs()).toEqual([]);
  });

  it.each<readonly [string, () => unknown]>([
    ['undefined', () => undefined],
    ['true', () => true],
  ])('is nobody where authorize answers with %s', async (_, authorize) => {
    const { url } = await serve({ authorize: authorize as HandlerOptions['authorize'] });
    expect((await fetch(`${url}/jobs`)).status).toBe(401);
  });

  it.each([7, null, undefined, {}])('is told, with the server, of a principal whose name is %p', async (name) => {
    const { url, errors } = await serve({ authorize: () => ({ name }) as unknown as Principal });
    const response = await fetch(`${url}/jobs`);
    expect(response.status).toBe(500);
    expect(((await response.json()) as WireProblem).detail).toMatch(/^The server's authorize\(\) let somebody in whose "name" is no string \(/); // prettier-ignore
    expect(errors).toHaveLength(1);
  });

  it('is answered by a Response of authorize, or by a 500 that tells nothing', async () => {
    const away = await serve({ authorize: () => Response.json({ go: 'away' }, { status: 418 }) });
    expect((await fetch(`${away.url}/jobs`)).status).toBe(418);
    const broken = await serve({
      authorize: () => {
        throw new Error('password is hunter2');
      },
    });
    const response = await fetch(`${broken.url}/jobs`);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('hunter2');
    expect(broken.errors).toHaveLength(1);
  });

  it('keeps the jobs of one from the other: the same 404 as for none', async () => {
    const { url, client } = await serve({ authorize: byToken });
    const annas = { ...as('ann'), 'idempotency-key': 'annas' };
    expect((await post(url, items(2), annas)).status).toBe(201);
    await client.job('annas').wait();
    client.map({ jobId: 'untagged', items: items(1) });
    const list = async (name: string) =>
      ((await (await fetch(`${url}/jobs`, { headers: as(name) })).json()) as { jobs: { jobId: string }[] }).jobs.map(
        ({ jobId }) => jobId,
      );
    expect([await list('ann'), await list('bob'), (await list('eve')).sort()]).toEqual([['annas'], [], ['annas', 'untagged']]); // prettier-ignore
    for (const path of ['', '/events', '/results', '/items', '/failures', '/items/i0']) {
      const [theirs, none] = await Promise.all(
        ['annas', 'none'].map((jobId) => fetch(`${url}/jobs/${jobId}${path}`, { headers: as('bob') })),
      );
      expect([theirs!.status, await theirs!.text()]).toEqual([404, await none!.text()]);
      expect((await fetch(`${url}/jobs/annas${path}`, { headers: as('ann') })).status).toBe(200);
    }
    for (const verb of ['cancel', 'pause', 'resume', 'retry'])
      expect((await fetch(`${url}/jobs/annas/${verb}`, { method: 'POST', headers: as('bob') })).status).toBe(404);
    expect((await fetch(`${url}/jobs/annas`, { method: 'DELETE', headers: as('bob') })).status).toBe(404);
    expect((await fetch(`${url}/events?job=annas`, { headers: as('bob') })).status).toBe(404);
    expect((await post(url, items(2), { ...as('bob'), 'idempotency-key': 'annas' })).status).toBe(409);
  });

  it('lets some only look', async () => {
    const { url, client } = await serve({ authorize: byToken });
    client.map({ jobId: 'j', items: items(1) });
    expect((await fetch(`${url}/jobs/j`, { headers: as('eve') })).status).toBe(200);
    expect((await post(url, items(1), as('eve'))).status).toBe(403);
    expect((await fetch(`${url}/jobs/j`, { method: 'DELETE', headers: as('eve') })).status).toBe(403);
    expect((await fetch(`${url}/jobs/j/cancel`, { method: 'POST', headers: as('eve') })).status).toBe(403);
  });

  it('asks a function about each job', async () => {
    const principal: Principal = { name: 'x', jobs: ({ tags }) => tags.includes('public') };
    const { url, client } = await serve({ authorize: () => principal });
    client.map({ jobId: 'p', items: items(1), tags: ['public'] });
    client.map({ jobId: 'q', items: items(1) });
    expect((await fetch(`${url}/jobs/p`)).status).toBe(200);
    expect((await fetch(`${url}/jobs/q`)).status).toBe(404);
  });
});

describe('pages of other sites', () => {
  it('are refused, whatever they send', async () => {
    const { url, client } = await serve();
    const { host } = new URL(url);
    const foreign: readonly Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'nonsense' },
      { origin: `http://${host}0` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      // The same name by http, seen from https.
      { origin: `http://${host}`, 'sec-fetch-site': 'cross-site' },
    ];
    for (const headers of foreign) {
      const refused = await raw(url, '/jobs', { headers });
      expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([403, undefined]);
      expect((await raw(url, '/jobs/x/cancel', { method: 'POST', headers })).status).toBe(403);
      expect((await raw(url, '/jobs', { method: 'OPTIONS', headers: { origin: 'https://evil.example' } })).status).toBe(403); // prettier-ignore
    }
    expect((await raw(url, '/jobs', { headers: { origin: `http://${host}` } })).status).toBe(200);
    expect((await raw(url, '/jobs', { headers: { 'sec-fetch-site': 'same-origin' } })).status).toBe(200);
    // A cookie alone proves nothing about who made the browser send it.
    const cookie = { cookie: 'session=1' };
    expect((await raw(url, '/jobs/x/cancel', { method: 'POST', headers: cookie })).status).toBe(403);
    expect((await raw(url, '/jobs/x/cancel', { method: 'POST', headers: { ...cookie, origin: `http://${host}` } })).status).toBe(404); // prettier-ignore
    expect(await client.jobs()).toEqual([]);
  });

  it('are let in by name, after the question browsers ask', async () => {
    const origin = 'https://app.example';
    const { url } = await serve({ cors: { origins: [origin], credentials: true }, authorize: byToken });
    const asked = await raw(url, '/jobs', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'DELETE' },
    });
    expect(asked).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'GET, POST, DELETE',
        'access-control-allow-headers': 'authorization, content-type, idempotency-key, last-event-id',
        vary: 'origin',
      },
    });
    const refused = await raw(url, '/jobs', { headers: { origin } });
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([401, origin]);
    expect((await raw(url, '/jobs', { headers: { origin, ...as('ann') } })).status).toBe(200);
    expect((await raw(url, '/jobs', { headers: { origin: `${origin}.evil.example` } })).status).toBe(403);
  });

  it('cannot point a name of their own at this machine', async () => {
    const { url } = await serve();
    for (const host of [
      'evil.example',
      'evil.example:80',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
      '0.0.0.0',
    ])
      expect((await raw(url, '/jobs', { headers: { host } })).status).toBe(403);
    for (const host of ['localhost', '127.0.0.1:1', '[::1]:80', 'LOCALHOST'])
      expect((await raw(url, '/jobs', { headers: { host } })).status).toBe(200);
    for (const host of ['a b', 'user@localhost', 'localhost/x', '[::1', 'x?y'])
      expect((await raw(url, '/jobs', { headers: { host } })).status).toBe(400);
    const named = await serve({ allowedHosts: ['batches.example'] });
    expect((await raw(named.url, '/jobs', { headers: { host: 'batches.example:8443' } })).status).toBe(200);
    expect((await raw(named.url, '/jobs')).status).toBe(403);
  });
});

describe('hostile requests', () => {
  it('are answered, every one with a 4xx, and the server lives', async () => {
    const { url, client, errors } = await serve();
    client.map({ jobId: '__proto__', items: items(1) });
    await client.job('__proto__').wait();
    const paths = [
      '/jobs/%',
      '/jobs/%ff',
      '/jobs/%00',
      '/jobs/a%2fb',
      '/jobs/..%2f..%2fetc%2fpasswd',
      '/jobs/constructor',
      '/jobs/__proto__/constructor',
      '/jobs/__proto__/__proto__',
      '/jobs/__proto__/items/__proto__',
      '/jobs/__proto__/items/toString/x',
      '/jobs//events',
      '/jobs/',
      '//jobs',
      '/__proto__',
      '/jobs/x/y/z/a/b/c',
      `/jobs/${'x'.repeat(10_000)}`,
      `/jobs?${'x'.repeat(9_000)}`,
      '/jobs/__proto__/events?after=-1',
      '/jobs/__proto__/events?after=1e3',
      '/jobs/__proto__/events?after=99999999999999999999',
      '/jobs/__proto__/results?only=some',
      '/jobs/__proto__/results?order=__proto__',
      '/jobs/__proto__/items?limit=abc',
      '/jobs/__proto__/items?only=%00',
      `/jobs/__proto__/items?search=${'x'.repeat(1_001)}`,
      '/events?job=%00',
      `/events?${Array.from({ length: 200 }, (_, n) => `job=${String(n)}`).join('&')}`,
      '*',
      'http://evil.example/jobs/x',
    ];
    for (const path of paths) {
      const { status, headers, text } = await raw(url, path);
      expect({ path, status: Math.floor(status / 100) }).toEqual({ path, status: 4 });
      expect({ path, type: headers['content-type'] }).toEqual({ path, type: 'application/problem+json' });
      expect(JSON.parse(text)).toMatchObject({ type: 'about:blank', status, detail: expect.any(String) });
    }
    expect((await raw(url, '/jobs', { headers: { 'x-large': 'x'.repeat(20_000) } })).status).toBe(431);
    for (const method of ['PUT', 'PATCH', 'DELETE', 'PROPFIND'])
      expect((await raw(url, '/jobs', { method })).status).toBe(405);
    expect((await raw(url, '/jobs/__proto__')).status).toBe(200);
    expect((await raw(url, '/jobs/__proto__/items')).status).toBe(200);
    expect(errors).toEqual([]);
  });

  it('have bodies of the wrong kind, size and shape', async () => {
    const { url, client, errors } = await serve();
    const type = (value: string) => ({ 'content-type': value });
    const lines = type('application/x-ndjson');
    const cases: readonly (readonly [status: number, path: string, headers: Record<string, string>, body?: string])[] =
      [
        [415, '/jobs', {}, 'x'],
        [415, '/jobs', type('text/plain'), '{"input":1}'],
        [415, '/jobs', type('application/x-www-form-urlencoded'), '{"input":1}'],
        [415, '/jobs', { ...lines, 'content-encoding': 'gzip' }, '\u001f'],
        [400, '/jobs', lines, '\0\0\0'],
        [400, '/jobs', lines, '"'.repeat(1_000)],
        [400, '/jobs', lines, `{"input":${'['.repeat(5_000)}${']'.repeat(5_000)}}`],
        [400, '/jobs', lines, '{"job":null}'],
        [400, '/jobs', lines, '{"job":{"__proto__":{"model":"x"}}}'],
        [400, '/jobs', lines, '{"job":{"items":[]}}'],
        [400, '/jobs', { ...lines, 'idempotency-key': '%' }, '{"input":1}'],
        [400, '/jobs', { ...lines, 'idempotency-key': '%00' }, '{"input":1}'],
        [400, '/jobs', { ...lines, 'idempotency-key': '..' }, '{"input":1}'],
        [400, '/jobs', { ...lines, 'idempotency-key': 'x'.repeat(600) }, '{"input":1}'],
        [400, '/jobs/j/resume', type('application/json'), '{'],
        [400, '/jobs/j/resume', type('application/json'), '{"partial":"yes"}'],
        [400, '/jobs/j/resume', type('application/json'), '{"items":[]}'],
        [400, '/jobs/j/retry', type('application/json'), '{"mode":"magic"}'],
        [413, '/jobs/j/retry', type('application/json'), ' '.repeat(100_000)],
        [415, '/jobs/j/retry', type('text/plain'), '{}'],
      ];
    client.map({ jobId: 'j', items: items(1) });
    await client.job('j').wait();
    for (const [status, path, headers, body = ''] of cases) {
      const answer = await raw(url, path, { method: 'POST', headers, body });
      expect({ path, body: body.slice(0, 50), status: answer.status }).toEqual({ path, body: body.slice(0, 50), status }); // prettier-ignore
    }
    const broken = Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]);
    const response = await fetch(`${url}/jobs`, { method: 'POST', headers: lines, body: broken });
    expect([response.status, ((await response.json()) as { detail: string }).detail]).toEqual([
      400,
      'Line 1: not UTF-8 text',
    ]);
    expect((await client.jobs()).map(({ jobId }) => jobId)).toEqual(['j']);
    expect(errors).toEqual([]);
  });

  it('learn nothing of the server: no paths, no keys', async () => {
    const secret = 'sk-verysecret0123456789';
    const client = clients.open({ provider: 'openai', apiKey: secret, baseURL: 'http://127.0.0.1:9/v1', defaultModel: 'm' }); // prettier-ignore
    const { url } = await serve({ client });
    await post(url, items(1), { 'idempotency-key': 'j' });
    const texts = await Promise.all(
      ['/jobs', '/jobs/j', '/jobs/none', '/jobs/j/items'].map(async (path) => (await fetch(url + path)).text()),
    );
    await client.job('j').cancel();
    expect(texts.join()).not.toContain(secret);
    expect(texts.join()).not.toContain(clients.folder);
  });
});

it('refuses wrong options by name', () => {
  const client = clients.open();
  const make = (options: object) => thrown(() => createHandler({ client, authorize: () => null, ...options })).message;
  expect(make({ authorize: undefined })).toContain('"authorize"');
  expect(make({ client: {} })).toContain('"client" to be a BatchClient');
  expect(make({ basePath: 'api' })).toContain('"basePath"');
  expect(make({ cors: { origins: ['*'], credentials: true } })).toContain('"cors"');
  expect(make({ cors: { origins: ['https://a.example/path'] } })).toContain('"cors.origins.0"');
  expect(make({ hartbeatMs: 1 })).toContain('did you mean "heartbeatMs"');
  expect(toNodeListener(createHandler({ client, authorize: () => null }))).toBeInstanceOf(Function);
});
