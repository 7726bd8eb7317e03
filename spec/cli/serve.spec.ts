import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:net';
import { BatchClient, localEcho } from '../../lib/index.js';
import { carriesToken, newToken } from '../../lib/cli/serve/access-token';
import { filesOf, pageResponse } from '../../lib/cli/serve/page-files';
import { items, itemsTold } from '../support/clients';
import { CompiledCli, type ChildCli } from './support/compiled-cli';

const cli = new CompiledCli();
const children: ChildCli[] = [];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openapi-batch-serve-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.process.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});
afterAll(() => cli.remove());

/** A server in a process of its own, its address and token. */
async function serve(...argv: readonly string[]) {
  const child = cli.start(['serve', '--port', '0', '--db', 'b.sqlite', '--json', ...argv], folder);
  children.push(child);
  const line = await new Promise<string>((resolve, reject) => {
    child.process.stdout.once('data', (text) => resolve(String(text)));
    void child.outcome.then(({ stderr }) => reject(new Error(stderr)));
  });
  const said = JSON.parse(line) as { url: string; api: string; token: string };
  const headers = { authorization: `Bearer ${said.token}` };
  return {
    child,
    ...said,
    ask: (path: string, init: RequestInit = {}) => fetch(said.api + path, { headers, ...init }),
  };
}

describe('serve', () => {
  it('shows the jobs other processes run, to whoever has the token', async () => {
    await using client = new BatchClient({ provider: localEcho({ latencyMs: 20 }), db: join(folder, 'b.sqlite'), log: false, concurrency: 5 }); // prettier-ignore
    const job = client.map({ jobId: 'theirs', items: items(800) });
    const { url, api, token, ask, child } = await serve();
    expect(url).toBe(`${new URL(api).origin}/#token=${token}`);

    expect((await fetch(`${api}/jobs`)).status).toBe(401);
    expect((await fetch(`${api}/jobs`, { headers: { authorization: `Bearer ${token}x` } })).status).toBe(401);
    expect((await fetch(`${api}/jobs?token=${token}`)).status).toBe(401);
    // Not the page: the handler has it, with or without its slash.
    expect((await fetch(api)).status).toBe(401);
    expect(await (await ask('/jobs')).json()).toMatchObject({
      jobs: [{ jobId: 'theirs', owner: { pid: process.pid } }],
    });
    const events = (await ask('/jobs/theirs/events?after=0')).text();
    expect((await (await ask('/jobs/theirs/pause', { method: 'POST' })).json()) as object).toMatchObject({
      info: { status: 'paused' },
    });
    expect((await job.info()).status).toBe('paused');
    // Taken up again, here: a provider chosen by name is one the server can run, too.
    const resumed = await ask('/jobs/theirs/resume', { method: 'POST' });
    expect([resumed.status, (await resumed.json()) as object]).toMatchObject([409, { code: 'job_conflict' }]);
    client.resume('theirs');
    const text = await events;
    expect(text.match(/"type":"item"/g)).toHaveLength(800);
    expect(text).toContain('event: stopped');
    child.process.kill('SIGINT');
    expect(await child.outcome).toMatchObject({ code: 0, stderr: '' });
  });

  it('takes up what was paused, with the provider it was made with', async () => {
    const client = new BatchClient({ db: join(folder, 'b.sqlite'), log: false, concurrency: 1 });
    const job = client.map({ jobId: 'paused', items: items(2_000), startAfterInput: true });
    await itemsTold(job, 5);
    await job.pause();
    expect((await job.progress()).done).toBeLessThan(2_000);
    await client.close();
    const { ask, child } = await serve();
    const events = (await ask('/jobs/paused/events?after=0')).text();
    const resumed = await ask('/jobs/paused/resume', { method: 'POST' });
    expect(resumed.status).toBe(200);
    expect((await events).match(/"type":"item"/g)).toHaveLength(2_000);
    expect(await (await ask('/jobs/paused')).json()).toMatchObject({ info: { status: 'completed', ok: 2_000 } });
    expect((await ask('/jobs/paused/retry', { method: 'POST' })).status).toBe(200);
    child.process.kill('SIGTERM');
    expect((await child.outcome).code).toBe(0);
  });

  it('starts jobs only where it was told with what', async () => {
    const lines = { method: 'POST', body: '{"itemId":"a","input":"x"}\n' };
    const post = async ({ ask, token }: Awaited<ReturnType<typeof serve>>) =>
      await ask('/jobs', { ...lines, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson', 'idempotency-key': 'mine' } }); // prettier-ignore
    await new BatchClient({ db: join(folder, 'b.sqlite'), log: false }).close();
    const refused = await post(await serve());
    expect([refused.status, ((await refused.json()) as { detail: string }).detail]).toEqual([400, expect.stringContaining('serve --provider')]); // prettier-ignore
    const server = await serve('--provider', 'local_echo');
    expect((await post(server)).status).toBe(201);
    const told = await (await server.ask('/jobs/mine/events')).text();
    expect(told).toContain('"type":"complete"');
    expect((await server.ask('/jobs/mine', { method: 'DELETE' })).status).toBe(204);
  });

  it('serves its page with a policy, and nothing besides', async () => {
    const { api } = await serve('--provider', 'local_echo');
    const { origin } = new URL(api);
    const page = await fetch(origin);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
    expect(await page.text()).toContain('openapi-batch');
    for (const path of ['/..%2fpackage.json', '/%2e%2e/package.json', '/etc/passwd', '/index', '/__proto__'])
      expect((await fetch(origin + path)).status).toBe(404);
    expect((await fetch(origin, { method: 'POST' })).status).toBe(405);
  });

  it('says in one sentence what is wrong', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const port = String((taken.address() as { port: number }).port);
    const run = async (...argv: readonly string[]) => await cli.start(['serve', ...argv], folder).outcome;
    const busy = await run('--provider', 'local_echo', '--port', port);
    expect(busy).toMatchObject({ code: 2, stdout: '' });
    expect(busy.stderr).toBe(`openapi-batch: 127.0.0.1:${port} is taken; choose another port with --port, or any free one with --port 0\n`); // prettier-ignore
    taken.close();
    expect((await run('--db', 'none.sqlite')).stderr).toMatch(/^openapi-batch: there is no database .*none\.sqlite/);
    expect((await run('--port', '70000')).stderr).toContain('Expected a port from 0 to 65535');
    expect((await run('--host', '192.0.2.1', '--provider', 'local_echo')).stderr).toContain(
      'no address of this machine',
    );
  });
});

describe('the token', () => {
  const request = (authorization?: string) =>
    new Request('http://localhost/', authorization === undefined ? {} : { headers: { authorization } });

  it('is another one each time, and only the whole of it counts', () => {
    const token = newToken();
    expect(newToken()).not.toBe(token);
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(carriesToken(request(`Bearer ${token}`), token)).toBe(true);
    for (const wrong of [
      undefined,
      '',
      'Bearer',
      'Bearer ',
      token,
      `Bearer ${token.slice(1)}`,
      `Basic ${token}`,
      `Bearer ${'x'.repeat(500)}`,
    ])
      // prettier-ignore
      expect(carriesToken(request(wrong), token)).toBe(false);
  });
});

it('finds the files of a page by their exact address', () => {
  const files = filesOf(join(__dirname, 'support'));
  expect(files.has('/test-io.ts')).toBe(true);
  const status = (path: string) => pageResponse(files, new Request(`http://localhost${path}`)).status;
  expect([status('/test-io.ts'), status('/support/test-io.ts'), status('/../serve.spec.ts')]).toEqual([200, 404, 404]);
});
