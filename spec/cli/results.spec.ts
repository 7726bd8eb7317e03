import { readFileSync, writeFileSync } from 'node:fs';
import { openaiFaults } from '../../lib/testing/fake-openai/openai-faults.js';
import { harness } from './support/harness.js';
import { jsonLines, prompts, until } from './support/workspace.js';

describe('results', () => {
  const cli = harness();

  beforeEach(async () => {
    cli.space.write(prompts(8));
    cli.server.setFaults([{ fault: openaiFaults.badRequest(), match: 'p3' }]);
    await cli.call(`${cli.openai('run requests.jsonl')} --job-id j`);
  });

  it.each([
    ['results j --ordered', ['i0', 'i1', 'i2', 'i3', 'i4', 'i5', 'i6', 'i7']],
    ['results j --ordered --only ok', ['i0', 'i1', 'i2', 'i4', 'i5', 'i6', 'i7']],
    ['results j --only failed', ['i3']],
  ])('%s', async (line, ids) => {
    const { code, stdout } = await cli.call(line);
    expect(code).toBe(0);
    expect(jsonLines(stdout).map(({ itemId }) => itemId)).toEqual(ids);
    expect((await cli.call(`${line} -o some.jsonl`)).stdout).toBe('');
    expect(cli.space.read('some.jsonl').map(({ itemId }) => itemId)).toEqual(ids);
  });

  it('status tells what to do', async () => {
    const { stdout } = await cli.call('status j');
    expect(stdout).toMatch(/^status +completed$/m);
    expect(stdout).toMatch(/^retry +openapi-batch retry j$/m);
    expect(jsonLines((await cli.call('status j --json')).stdout)[0]).toMatchObject({
      jobId: 'j',
      ok: 7,
      failed: 1,
      progress: { done: 8 },
    });
  });

  it('list shows a table, delete takes a job away', async () => {
    expect((await cli.call('list')).stdout).toMatch(/^JOB +STATUS.*\nj +completed +8\/8 +1 +openai +m /);
    expect((await cli.call('delete j')).code).toBe(0);
    expect(await cli.call('list')).toMatchObject({ code: 0, stdout: '', stderr: 'no jobs\n' });
  });
});

describe('--follow', () => {
  const cli = harness();

  it('appends, and repeats nothing when the job goes on', async () => {
    cli.space.write(prompts(30));
    cli.server.pause();
    const line = cli.openai('run requests.jsonl -o out.jsonl --follow --concurrency 4');
    const running = cli.start(line);
    await until(() => cli.requests() === 4);
    running.signal('SIGINT');
    cli.server.resume();
    expect((await running.outcome).code).toBe(130);
    expect(cli.space.read()).toHaveLength(4);
    writeFileSync(cli.space.path('out.jsonl'), `${readFileSync(cli.space.path('out.jsonl'), 'utf8')}{"itemId":"i2`);
    expect((await cli.call(line)).code).toBe(0);
    expect(new Set(cli.space.read().map(({ itemId }) => itemId)).size).toBe(30);
    expect(cli.space.read()).toHaveLength(30);
  });

  it('pauses the job when the disk is full', async () => {
    cli.space.write(prompts(300));
    const { code, stderr } = await cli.call(
      `${cli.openai('run requests.jsonl -o /dev/full --follow')} --concurrency 2`,
    );
    expect(code).toBe(3);
    expect(stderr).toMatch(/^cannot write \/dev\/full: no space left on the disk; the job is paused: /m);
    expect(cli.requests()).toBeLessThan(300);
  });
});
