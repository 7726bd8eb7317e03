import { followed } from '../../lib/transport/redirects';
import type { ThinFetch } from '../../lib/transport/thin-fetch';
import { createThinFetch } from '../../lib/transport/thin-fetch';
import type { WireServer } from '../provider/support/wire-server';
import { endless, json, startWireServer, until } from '../provider/support/wire-server';

let server: WireServer;
let other: WireServer;
let thin: ThinFetch;

beforeEach(async () => {
  [server, other] = await Promise.all([startWireServer(), startWireServer()]);
  thin = createThinFetch({
    maxBodyBytes: 1_000_000,
    redirects: {
      isFile: (url) => url.includes('/file'),
      astray: (from, to) => new RangeError(`${from} to ${to}`),
    },
  });
});
afterEach(() => Promise.all([thin.close(), server.close(), other.close()]));

const leadTo = (location: string, status = 307): void => {
  server.handle = (response, { url }) => {
    if (url === '/new') json(response, 200, { url });
    else response.writeHead(status, { location }).end();
  };
};
const keys = { authorization: 'Bearer s3cret', 'api-key': 's3cret', 'x-own': 's3cret' };
const post = (body: BodyInit, headers: Record<string, string> = keys): Promise<Response> =>
  thin.fetch(`${server.url}/old`, { method: 'POST', headers, body, duplex: 'half' });
type BodyInit = NonNullable<RequestInit['body']>;

const form = (): FormData => {
  const made = new FormData();
  made.append('a', 'b');
  return made;
};

describe('within the origin', () => {
  it.each([
    [301, 'GET', ''],
    [302, 'GET', ''],
    [303, 'GET', ''],
    [307, 'POST', 'again'],
    [308, 'POST', 'again'],
  ])('a %i is followed as fetch does, with the headers', async (status, method, text) => {
    leadTo('/new', status);
    const response = await post('again', { ...keys, 'content-type': 'text/plain' });
    expect(response.url).toBe(`${server.url}/new`);
    expect(server.seen.at(-1)).toMatchObject({ url: '/new', method, text, headers: keys });
    expect('content-type' in (server.seen.at(-1)?.headers ?? {})).toBe(method === 'POST');
  });

  it('form data is sent again', async () => {
    leadTo(`${server.url}/new`);
    expect(await (await post(form())).json()).toEqual({ url: '/new' });
    expect(server.seen.at(-1)?.headers).toMatchObject(keys);
  });

  it.each([
    ['a stream, which is spent', () => new Blob(['hi']).stream(), '/new'],
    ['a circle', () => 'again', '/old'],
    ['no address', () => 'again', 'http://'],
  ])('%s is not followed', async (_name, body, location) => {
    leadTo(location);
    await expect(post(body())).rejects.toThrow(`${server.url} to `);
    expect(server.seen.length).toBeLessThan(30);
  });
});

describe('to another origin', () => {
  it.each<[string, () => BodyInit]>([
    ['a text', () => 'prompt'],
    ['bytes', () => Buffer.from('prompt')],
    ['form data', form],
    ['a stream', () => new Blob(['prompt']).stream()],
  ])('nothing is sent: %s', async (_name, body) => {
    for (const status of [301, 302, 303, 307, 308]) {
      leadTo(`${other.url}/new?k=s3cret`, status);
      await expect(post(body())).rejects.toThrow(new RangeError(`${server.url} to ${other.url}`));
    }
    await expect(thin.fetch(new Request(`${server.url}/old`, { headers: keys }))).rejects.toThrow(RangeError);
    expect(other.seen).toEqual([]);
  });

  it('nothing is asked that is no file, nor a file with a body, nor by another scheme', async () => {
    leadTo(`${other.url}/new`);
    await expect(thin.fetch(`${server.url}/old`, { headers: keys })).rejects.toThrow(RangeError);
    await expect(thin.fetch(`${server.url}/file`, { method: 'POST', body: 'x' })).rejects.toThrow(RangeError);
    leadTo('ftp://127.0.0.1/new');
    await expect(thin.fetch(`${server.url}/file`)).rejects.toThrow(RangeError);
    expect(other.seen).toEqual([]);
  });

  it('a file is fetched, and nobody told who asks', async () => {
    leadTo(`${other.url}/stored`, 302);
    const headers = { ...keys, accept: 'application/binary', range: 'bytes=5-' };
    expect((await thin.fetch(`${server.url}/file`, { headers })).status).toBe(200);
    expect(other.seen[0]).toMatchObject({
      url: '/stored',
      headers: { accept: 'application/binary', range: 'bytes=5-' },
    });
    expect(JSON.stringify(other.seen)).not.toContain('s3cret');
  });

  it('a file stays behind TLS where it was', () => {
    const sent = { url: 'https://a.example/file', method: 'GET', headers: {}, body: null };
    expect(followed(sent, { status: 302, location: 'http://b.example/x' }, true)).toBeUndefined();
    expect(followed(sent, { status: 302, location: 'https://b.example/x' }, true)?.url).toBe('https://b.example/x');
  });
});

describe('the bound on a body', () => {
  it('holds behind a redirect', async () => {
    server.handle = (response, { url }) => {
      if (url === '/new') endless(response);
      else response.writeHead(307, { location: '/new' }).end();
    };
    await expect((await post('again')).text()).rejects.toThrow('the body is longer than 1000000 bytes');
    await until(() => server.aborted >= 1);
  });

  it('holds for the answer to form data, down to the socket', async () => {
    server.handle = (response) => endless(response);
    await expect((await post(form())).json()).rejects.toThrow('the body is longer than 1000000 bytes');
    await until(() => server.aborted === 1);
  });
});
