import { gzipSync } from 'node:zlib';
import { MockAgent, getGlobalDispatcher, setGlobalDispatcher } from 'undici';
import type { ThinFetch } from '../../lib/transport/thin-fetch';
import { createThinFetch } from '../../lib/transport/thin-fetch';
import type { Handler, WireServer } from '../provider/support/wire-server';
import { cutBody, endless, json, raw, resetAtOnce, startWireServer, until } from '../provider/support/wire-server';

let server: WireServer;
let thin: ThinFetch;

beforeEach(async () => {
  server = await startWireServer();
  thin = createThinFetch();
});
afterEach(async () => {
  await thin.close();
  await server.close();
});

interface Failed {
  name: string;
  message: string;
  cause?: { code?: string };
}

const failureOf = (promise: Promise<unknown>): Promise<Failed> =>
  promise.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error as Failed,
  );

describe('answers', () => {
  it('gives status, headers and JSON', async () => {
    server.handle = (response) => {
      response.setHeader('set-cookie', ['a=1', 'b=2']);
      json(response, 201, { a: 1 }, { 'x-request-id': 'r1' });
    };
    const response = await thin.fetch(`${server.url}/x?y=1`, {
      method: 'POST',
      headers: { authorization: 'Bearer k', 'content-type': 'application/json' },
      body: '{"q":1}',
    });
    expect(response).toMatchObject({ status: 201, ok: true, url: `${server.url}/x?y=1`, bodyUsed: false });
    expect(response.headers.get('x-request-id')).toBe('r1');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await response.json()).toEqual({ a: 1 });
    expect(server.seen[0]).toMatchObject({ method: 'POST', url: '/x?y=1', json: { q: 1 } });
    expect(server.seen[0]?.headers).toMatchObject({ authorization: 'Bearer k', 'content-length': '7' });
  });

  it.each([
    ['text', async (response: Response) => response.text()],
    ['arrayBuffer', async (response: Response) => new TextDecoder().decode(await response.arrayBuffer())],
    ['blob', async (response: Response) => (await response.blob()).text()],
    ['body', async (response: Response) => new Response(response.body).text()],
    ['text after a look at body', async (response: Response) => (response.body === null ? '' : response.text())],
  ])('reads a body as %s', async (_name, read) => {
    const long = 'näh '.repeat(50_000);
    server.handle = (response) => raw(response, 200, long);
    expect(await read(await thin.fetch(server.url))).toBe(long);
  });

  it('reads a header whatever its case, and lets none be changed', async () => {
    const { headers } = await thin.fetch(server.url);
    expect([headers.get('Content-Type'), headers.get('constructor')]).toEqual(['application/json', null]);
    expect(() => headers.set('x', 'y')).toThrow(TypeError);
  });

  it('reads a body once only', async () => {
    const response = await thin.fetch(server.url);
    await response.text();
    expect(response.bodyUsed).toBe(true);
    await expect(response.text()).rejects.toThrow(TypeError);
  });

  it('reads an empty body, and an error status as an answer', async () => {
    server.handle = (response) => raw(response, 503, '');
    const response = await thin.fetch(server.url);
    expect([response.ok, response.status, await response.text()]).toEqual([false, 503, '']);
  });

  it('unpacks what a gateway has compressed unasked', async () => {
    const packed = gzipSync('{"a":1}');
    server.handle = (response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': packed.length });
      response.end(packed);
    };
    expect(await (await thin.fetch(server.url)).json()).toEqual({ a: 1 });
  });
});

/** Short ones are waited for, longer ones handed on as they come. */
describe('JSON', () => {
  it.each([
    ['short', 1_000],
    ['just short', 256 * 1024 - 2],
    ['long', 256 * 1024 - 1],
    ['very long', 3_000_000],
  ])('is the same however long: %s', async (_name, length) => {
    const text = 'x'.repeat(length);
    server.handle = (response) => json(response, 200, text);
    expect((await (await thin.fetch(server.url)).json()) === text).toBe(true);
    const { body } = await thin.fetch(server.url);
    expect((await new Response(body).text()) === JSON.stringify(text)).toBe(true);
  });

  it('is put together again, with characters cut in two', async () => {
    const bytes = Buffer.from('"näh"');
    server.handle = (response) => {
      response.writeHead(200, { 'content-type': 'application/problem+json; charset=utf-8' });
      response.write(bytes.subarray(0, 3));
      setTimeout(() => response.end(bytes.subarray(3)), 20);
    };
    expect(await (await thin.fetch(server.url)).json()).toBe('näh');
  });

  it('has its mark taken off', async () => {
    server.handle = (response) => raw(response, 200, '\ufeff{}', { 'content-type': 'application/json' });
    expect(await (await thin.fetch(server.url)).text()).toBe('{}');
  });

  it('that is short is no longer than it may be, either', async () => {
    server.handle = (response) => json(response, 200, 'x'.repeat(2_000));
    const limited = createThinFetch({ maxBodyBytes: 1_000 });
    const error = await failureOf((await limited.fetch(server.url)).json());
    expect(error.message).toBe('the body is longer than 1000 bytes');
    await limited.close();
  });

  it('takes an abort down to the socket while it is waited for', async () => {
    server.handle = (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '10' });
      response.write('half');
    };
    const controller = new AbortController();
    const answer = failureOf(thin.fetch(server.url, { signal: controller.signal }).then((it) => it.json()));
    await until(() => server.seen.length === 1);
    setTimeout(() => controller.abort(), 20);
    expect((await answer).name).toBe('AbortError');
    await until(() => server.aborted === 1);
  });
});

describe('what comes bit by bit', () => {
  it.each(['text/event-stream', 'application/jsonl', 'application/octet-stream'])(
    'is there at once: %s',
    async (type) => {
      server.handle = (response) => {
        response.writeHead(200, { 'content-type': type });
        response.write('first');
      };
      const { body } = await thin.fetch(server.url);
      const { value } = (await body?.getReader().read()) ?? {};
      expect(Buffer.from(value ?? []).toString()).toBe('first');
    },
  );

  it('comes no faster than it is read', async () => {
    let sent = 0;
    const chunk = Buffer.alloc(64 * 1024);
    server.handle = (response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      const more = (): void => {
        while (sent < 100_000_000) {
          sent += chunk.length;
          if (!response.write(chunk)) return;
        }
      };
      response.on('drain', more);
      more();
    };
    const { body } = await thin.fetch(server.url);
    const reader = body?.getReader();
    await reader?.read();
    // Until nothing more goes into the buffers on the way.
    for (let before = -1; before < sent;) {
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(sent).toBeLessThan(50_000_000);
    await reader?.cancel();
    await until(() => server.aborted === 1);
  });
});

describe('bodies and redirects', () => {
  it.each([
    ['bytes', () => new TextEncoder().encode('hi')],
    ['a blob', () => new Blob(['hi'])],
    ['a stream', () => new Blob(['hi']).stream()],
    ['parameters', () => new URLSearchParams({ hi: '' })],
  ])('sends %s', async (_name, body) => {
    const init = { method: 'POST', body: body(), duplex: 'half' } as RequestInit;
    expect((await thin.fetch(server.url, init)).status).toBe(200);
    expect(server.seen[0]?.text).toMatch(/^hi=?$/);
  });

  it('sends form data', async () => {
    const form = new FormData();
    form.append('file', new Blob(['line']), 'a.jsonl');
    await thin.fetch(server.url, { method: 'POST', body: form });
    expect(server.seen[0]?.headers['content-type']).toMatch(/^multipart\/form-data/);
    expect(server.seen[0]?.text).toContain('line');
  });

  it('follows a redirect with the body', async () => {
    server.handle = (response, { url }) => {
      if (url === '/old') response.writeHead(307, { location: '/new' }).end();
      else json(response, 200, { url });
    };
    const response = await thin.fetch(`${server.url}/old`, { method: 'POST', body: 'again' });
    expect(await response.json()).toEqual({ url: '/new' });
    expect(server.seen.at(-1)).toMatchObject({ url: '/new', text: 'again' });
  });
});

describe('a body without an end', () => {
  const named: Handler = (response) => {
    response.writeHead(200, { 'content-length': 10_000_000_000 });
    response.write('{');
  };
  const packed: Handler = (response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' });
    response.write(gzipSync(Buffer.alloc(20_000_000)));
  };

  it.each<[string, Handler, (response: Response) => Promise<unknown>]>([
    ['text', (reply) => endless(reply), (response) => response.text()],
    ['json', (reply) => endless(reply), (response) => response.json()],
    ['arrayBuffer', (reply) => endless(reply), (response) => response.arrayBuffer()],
    ['blob', (reply) => endless(reply), (response) => response.blob()],
    ['a length that says so', named, (response) => response.text()],
    ['what unpacks to too much', packed, (response) => response.text()],
  ])('is broken off, down to the socket: %s', async (_name, handle, read) => {
    server.handle = handle;
    const tooLong = (most: number): Error => new RangeError(`more than ${most}`);
    const limited = createThinFetch({ maxBodyBytes: 1_000_000, tooLong });
    const error = await failureOf(read(await limited.fetch(server.url)));
    expect([error.name, error.message]).toEqual(['RangeError', 'more than 1000000']);
    await until(() => server.aborted === 1);
    await limited.close();
  });

  it('is one of 128 MiB as a rule', async () => {
    server.handle = (response) => endless(response);
    const error = await failureOf((await thin.fetch(server.url)).text());
    expect([error.name, error.message]).toEqual(['TypeError', 'the body is longer than 134217728 bytes']);
  });

  it('is read as a stream', async () => {
    server.handle = (response) => endless(response);
    const limited = createThinFetch({ maxBodyBytes: 1_000_000 });
    const { body } = await limited.fetch(server.url);
    let size = 0;
    for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > 5_000_000) break;
    }
    expect(size).toBeGreaterThan(5_000_000);
    await limited.close();
  });

  it('is none, with exactly as much as may be', async () => {
    server.handle = (response) => response.writeHead(200).end('x'.repeat(1_000));
    const limited = createThinFetch({ maxBodyBytes: 1_000 });
    expect(await (await limited.fetch(server.url)).text()).toHaveLength(1_000);
    await limited.close();
  });
});

describe('failures', () => {
  it('is "fetch failed" with the code, where no answer came', async () => {
    server.handle = resetAtOnce;
    const error = await failureOf(thin.fetch(server.url));
    expect(error).toMatchObject({ name: 'TypeError', message: 'fetch failed' });
    expect(error.cause?.code).toMatch(/ECONNRESET|UND_ERR_SOCKET/);
    expect((await failureOf(thin.fetch('http://127.0.0.1:1'))).cause?.code).toBe('ECONNREFUSED');
  });

  it.each([
    ['text', (response: Response) => response.text()],
    ['body', (response: Response) => new Response(response.body).text()],
  ])('is "terminated" with the code, where the body broke off (%s)', async (_name, read) => {
    server.handle = cutBody;
    const error = await failureOf(read(await thin.fetch(server.url)));
    expect(error).toMatchObject({ name: 'TypeError', message: 'terminated' });
    expect(error.cause?.code).toMatch(/ECONNRESET|UND_ERR_SOCKET/);
  });

  it('takes an abort down to the socket, before the headers', async () => {
    server.handle = () => undefined;
    const controller = new AbortController();
    const answer = failureOf(thin.fetch(server.url, { signal: controller.signal }));
    await until(() => server.seen.length === 1);
    controller.abort();
    expect((await answer).name).toBe('AbortError');
    await until(() => server.aborted === 1);
  });

  it('takes an abort down to the socket, within the body', async () => {
    server.handle = (response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('half');
    };
    const controller = new AbortController();
    const response = await thin.fetch(server.url, { signal: controller.signal });
    const body = failureOf(response.text());
    controller.abort();
    expect((await body).name).toBe('AbortError');
    await until(() => server.aborted === 1);
  });

  it('sends nothing once aborted', async () => {
    expect((await failureOf(thin.fetch(server.url, { signal: AbortSignal.abort() }))).name).toBe('AbortError');
    expect(server.seen).toEqual([]);
  });
});

describe('connections', () => {
  it('keeps them, at most as many as said', async () => {
    const ports = new Set<unknown>();
    server.handle = (response) => {
      ports.add(response.socket?.remotePort);
      setTimeout(() => json(response, 200, {}), 5);
    };
    const limited = createThinFetch({ connections: 2 });
    await Promise.all(Array.from({ length: 10 }, async () => (await limited.fetch(server.url)).text()));
    expect(ports.size).toBe(2);
    await limited.close();
  });

  it('closes them, and opens new ones when used again', async () => {
    await (await thin.fetch(server.url)).text();
    await thin.close();
    expect((await thin.fetch(server.url)).status).toBe(200);
  });

  it('are those of a proxy or mock set as global dispatcher', async () => {
    const before = getGlobalDispatcher();
    const mock = new MockAgent();
    mock.disableNetConnect();
    mock.get('http://mocked').intercept({ path: '/', method: 'GET' }).reply(200, { mocked: true });
    setGlobalDispatcher(mock);
    try {
      expect(await (await thin.fetch('http://mocked/')).json()).toEqual({ mocked: true });
    } finally {
      setGlobalDispatcher(before);
      await mock.close();
    }
  });
});
