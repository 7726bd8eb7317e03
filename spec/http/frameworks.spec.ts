import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2 } from 'node:http2';
import { createAdaptorServer } from '@hono/node-server';
import fastify from 'fastify';
import { Hono } from 'hono';
import { createHandler, toNodeListener, type Handler } from '../../lib/http/index.js';
import { testClients } from '../support/clients';
import { eventOf, items, listen, messages, post, type Served } from './support/served';

// Its types are a package of their own; two functions need none.
const express: { (): RequestListener & { use: (...handlers: unknown[]) => void }; json: () => unknown } =
  jest.requireActual('express');

/** The handler in each framework, mounted where its README says; the URL ends where the handler's paths begin. */
const frameworks: Readonly<Record<string, (handler: (basePath?: string) => Handler) => Promise<Served>>> = {
  'node:http': async (handler) => {
    const listener = toNodeListener(handler());
    return await listen((request, response) => void listener(request, response));
  },
  'Express, below a path': async (handler) => {
    const app = express();
    app.use('/batches', toNodeListener(handler()));
    return below(await listen(app), '/batches');
  },
  'Express, behind express.json()': async (handler) => {
    const app = express();
    app.use(express.json());
    app.use(toNodeListener(handler()));
    return await listen(app);
  },
  'Fastify, as the README has it': async (handler) => {
    const app = fastify();
    const recipe = /```js\n(const listener = [^]*?)```/.exec(readFileSync('README.md', 'utf8'))?.[1] ?? '';
    const createHandler = (options: { readonly basePath: string }) => handler(options.basePath);
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- what users copy is what is tested.
    const mount = new Function('app', 'toNodeListener', 'createHandler', 'client', 'authorize', recipe);
    mount(app, toNodeListener, createHandler);
    app.post('/other', (request) => request.body);
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    app.server.unref();
    const headers = { 'content-type': 'application/json' };
    const parsed = await fetch(`${url}/other`, { method: 'POST', headers, body: '{"kept":true}' });
    expect(await parsed.json()).toEqual({ kept: true });
    const close = async (): Promise<void> => {
      app.server.closeAllConnections();
      await app.close();
    };
    return below({ url, close }, '/batches');
  },
  Hono: async (handler) => {
    const app = new Hono();
    const serve = handler('/batches');
    app.all('/batches/*', (context) => serve(context.req.raw));
    const listener = createAdaptorServer({ fetch: app.fetch, createServer, overrideGlobalObjects: false });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const { port } = listener.address() as { port: number };
    const close = () => new Promise<void>((resolve) => void listener.close(() => resolve()));
    return below({ url: `http://127.0.0.1:${port}`, close }, '/batches');
  },
};

const below = (served: Served, path: string): Served => ({ ...served, url: served.url + path });

describe.each(Object.entries(frameworks))('in %s', (_, mount) => {
  const clients = testClients();
  let served: Served | undefined;
  afterEach(async () => await served?.close());

  it('a job is started, followed, cut, taken up again, read and cancelled', async () => {
    const client = clients.open();
    const left: string[] = [];
    served = await mount((basePath) =>
      createHandler({
        client,
        basePath,
        authorize: (request) => {
          request.signal.addEventListener('abort', () => left.push(new URL(request.url).pathname));
          return { name: 'ann' };
        },
      }),
    );
    const { url } = served;
    const started = await post(url, items(3_000), { 'idempotency-key': 'j' });
    expect(started.status).toBe(201);
    expect(new URL(started.headers.get('location')!, `${url}/jobs`).href).toBe(`${url}/jobs/j`);

    const cut = new AbortController();
    const seqs: number[] = [];
    for await (const message of messages(await fetch(`${url}/jobs/j/events?after=0`, { signal: cut.signal }))) {
      if (eventOf(message).type === 'item') seqs.push(Number(message.id));
      if (seqs.length === 20) break;
    }
    cut.abort();
    let last = seqs.at(-1)!;
    for await (const message of messages(await fetch(`${url}/jobs/j/events?after=${last}`))) {
      if (eventOf(message).type === 'item') seqs.push(Number(message.id));
      last = Number(message.id);
    }
    expect(new Set(seqs).size).toBe(3_000);
    expect((await fetch(`${url}/jobs/j/events?after=${last}`)).status).toBe(204);
    const rows = (await (await fetch(`${url}/jobs/j/results`)).text()).trim().split('\n');
    expect(rows).toHaveLength(3_000);

    const json = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"mode":"emulated"}' };
    expect((await fetch(`${url}/jobs/j/retry`, json)).status).toBe(200);
    expect((await fetch(`${url}/jobs/j/retry`, { ...json, body: '{"mode":1}' })).status).toBe(400);
    expect((await fetch(`${url}/jobs/j/cancel`, { method: 'POST' })).status).toBe(200);
    expect((await post(url, [...items(2), { itemId: 3 }])).status).toBe(400);
    for (let n = 0; left.length === 0 && n < 40; n++) await new Promise((resolve) => setTimeout(resolve, 25));
    expect(left.some((path) => path.endsWith('/events'))).toBe(true);
  });
});

describe('the listener', () => {
  const clients = testClients();

  it('serves HTTP/2, too', async () => {
    const client = clients.open();
    client.map({ jobId: 'j', items: items(3) });
    const listener = toNodeListener(createHandler({ client, authorize: () => ({ name: 'ann', jobs: 'all' }) }));
    const server = createHttp2((request, response) => void listener(request as never, response as never));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
    const stream = session.request({ ':path': '/jobs/j/events' });
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    expect(text.match(/"type":"item"/g)).toHaveLength(3);
    session.close();
    await new Promise((resolve) => server.close(resolve));
  });

  it('hands on every cookie, and a body that breaks off as one that does', async () => {
    const headers = new Headers([
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
    ]);
    let broken = false;
    const breaking = () =>
      new ReadableStream({
        pull(controller) {
          if (broken) throw new Error('no more');
          broken = true;
          controller.enqueue(new TextEncoder().encode('begun'));
        },
      });
    const listener = toNodeListener((request) =>
      Promise.resolve(request.url.endsWith('/breaks') ? new Response(breaking()) : new Response('ok', { headers })),
    );
    const served = await listen((request, response) => void listener(request, response));
    expect((await fetch(served.url)).headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    await expect(fetch(`${served.url}/breaks`).then((response) => response.text())).rejects.toThrow();
    expect((await fetch(served.url)).status).toBe(200);
    await served.close();
  });
});
