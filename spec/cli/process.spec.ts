import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { promisify } from 'node:util';
import { startFakeOpenAI } from '../../lib/testing/fake-openai/start-fake-openai.js';
import type { FakeServer } from '../../lib/testing/fake-server/fake-server.js';
import { CompiledCli, type ChildCli } from './support/compiled-cli.js';
import { jsonLines, prompts, until, Workspace, type JsonLine } from './support/workspace.js';

const shell = promisify(execFile);

describe('the program', () => {
  let compiled: CompiledCli;
  let space: Workspace;
  let server: FakeServer;
  beforeAll(() => {
    compiled = new CompiledCli();
  });
  afterAll(() => compiled.remove());
  beforeEach(async () => {
    space = new Workspace();
    server = await startFakeOpenAI();
  });
  afterEach(async () => {
    await server.close();
    space.remove();
  });

  const start = (line: string): ChildCli => compiled.start(line.split(' '), space.folder);
  const call = (line: string): ChildCli['outcome'] => start(line).outcome;
  const openai = (line: string): string => `${line} --provider openai --model m --base-url ${server.url}`;
  const requests = (): number => server.ledger.requests;
  const ids = (lines: readonly object[]): string[] => lines.map((line) => (line as JsonLine).itemId).sort();

  it('answers --version and --help', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(await call('--version')).toMatchObject({ code: 0, stdout: `${String(version)}\n`, stderr: '' });
    expect((await call('--help')).stdout).toMatch(/^Usage: openapi-batch/);
    expect(await call('rum')).toMatchObject({ code: 2, stdout: '' });
  });

  it('pauses on Ctrl-C, and the command it prints goes on', async () => {
    space.write(prompts(40));
    server.pause();
    const running = start(openai('run requests.jsonl -o out.jsonl --concurrency 4'));
    await until(() => requests() === 4);
    running.process.kill('SIGINT');
    running.process.stderr.on('data', (text: string) => {
      if (text.includes('waiting for the answers in flight')) server.resume();
    });
    const { code, stderr } = await running.outcome;
    expect(code).toBe(130);
    const resume = /go on with: openapi-batch (.*)/.exec(stderr)?.[1] ?? '';
    expect(await call(resume)).toMatchObject({ code: 0 });
    expect(ids(space.read())).toEqual(ids(prompts(40)));
    expect(requests()).toBe(40);
  });

  it.each([
    ['into a file', 'run requests.jsonl -o out.jsonl'],
    ['into a file that is followed', 'run requests.jsonl -o out.jsonl --follow'],
  ])('goes on after kill -9 when run again: %s', async (_name, line) => {
    space.write(prompts(400));
    const command = openai(`${line} --concurrency 8`);
    let kills = 0;
    for (const at of [20, 150, 290]) {
      const running = start(command);
      await until(() => requests() >= at);
      running.process.kill('SIGKILL');
      kills += Number((await running.outcome).signal === 'SIGKILL');
    }
    expect(kills).toBe(3);
    expect(await call(command)).toMatchObject({ code: 0 });
    expect(ids(space.read())).toEqual(ids(prompts(400)));
    expect(server.ledger.billedPerKey().size).toBe(400);
    expect(requests()).toBeLessThanOrEqual(400 + 3 * 2 * 8);
  });

  it('goes on after kill -9 while the input was read, and not before it was whole', async () => {
    space.write(prompts(20_000));
    const running = start('run requests.jsonl --provider local_echo --job-id j');
    const log = space.path('openapi-batch.sqlite-wal');
    await until(() => (statSync(log, { throwIfNoEntry: false })?.size ?? 0) > 300_000);
    running.process.kill('SIGKILL');
    expect((await running.outcome).signal).toBe('SIGKILL');
    expect(jsonLines((await call('status j --json')).stdout)[0]).toMatchObject({
      status: 'interrupted',
      inputComplete: false,
      ok: 0,
    });
    expect((await call('status j')).stdout).toMatch(/^go on +the same run command again/m);
    expect(await call('run requests.jsonl --provider local_echo --job-id j -o out.jsonl')).toMatchObject({ code: 0 });
    expect(ids(space.read())).toEqual(ids(prompts(20_000)));
  });

  it('cancels a job that runs in another process, and names that process when in the way', async () => {
    await server.close();
    server = await startFakeOpenAI({ latencyMs: 20 });
    space.write(prompts(10_000));
    const line = openai('run requests.jsonl --job-id j --concurrency 4');
    const running = start(line);
    await until(() => requests() >= 4);
    expect(await call(line)).toMatchObject({ code: 3, stderr: expect.stringContaining(String(running.process.pid)) });
    expect(jsonLines((await call('status j --json')).stdout)[0]).toMatchObject({
      status: 'running',
      owner: { pid: running.process.pid },
    });
    expect(await call('cancel j')).toMatchObject({ code: 0, stderr: expect.stringMatching(/^job j is cancelled: /) });
    expect((await running.outcome).code).toBe(3);
    expect(requests()).toBeLessThan(10_000);
  });

  it.each(['results j', 'results j --salvage'])('%s ends quietly when its reader leaves', async (line) => {
    space.write(prompts(5_000));
    expect(await call('run requests.jsonl --provider local_echo --job-id j')).toMatchObject({ code: 0 });
    const script = `set -o pipefail; "${process.execPath}" "${compiled.main}" ${line} | head -1`;
    const { stdout, stderr } = await shell('bash', ['-c', script], { cwd: space.folder });
    expect(jsonLines(stdout)).toHaveLength(1);
    expect(stderr).toBe('');
  });

  it('pauses a run whose reader leaves', async () => {
    space.write(prompts(2_000));
    const line = openai('run requests.jsonl -o - --job-id j --concurrency 2');
    const script = `set -o pipefail; "${process.execPath}" "${compiled.main}" ${line} | head -1`;
    const failure = await shell('bash', ['-c', script], {
      cwd: space.folder,
      env: { ...process.env, OPENAI_API_KEY: 'k' },
    }).catch((error: unknown) => error as { code: number; stderr: string });
    expect(failure).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/the reader of the results has left; the job is paused/),
    });
    expect(requests()).toBeLessThan(2_000);
  });
});
