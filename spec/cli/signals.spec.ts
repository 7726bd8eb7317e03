import { existsSync } from 'node:fs';
import { harness } from './support/harness.js';
import type { TestRun } from './support/test-io.js';
import { jsonLines, prompts, until } from './support/workspace.js';

describe('signals', () => {
  const cli = harness();

  const stuck = async (options = '', count = 30): Promise<TestRun> => {
    cli.space.write(prompts(count));
    cli.server.pause();
    const running = cli.start(cli.openai(`run requests.jsonl -o out.jsonl --concurrency 4${options}`));
    await until(() => cli.requests() === 4);
    return running;
  };

  it('Ctrl-C waits for the answers in flight, says how to resume, exits with 130', async () => {
    const running = await stuck();
    running.signal('SIGINT');
    await running.stderrHas('waiting for the answers in flight');
    cli.server.resume();
    const { code, stderr } = await running.outcome;
    expect(code).toBe(130);
    expect(stderr).toMatch(/^paused: 4 of 30 done$/m);
    expect(await cli.job()).toMatchObject({ status: 'paused', ok: 4 });
    const resume = /go on with: openapi-batch (.*)/.exec(stderr)?.[1] ?? '';
    expect((await cli.call(resume)).code).toBe(0);
    expect(cli.space.read()).toHaveLength(30);
    expect(cli.requests()).toBe(30);
  });

  it('a second one stops at once', async () => {
    const running = await stuck();
    running.signal('SIGINT');
    running.signal('SIGINT');
    const { code, stderr } = await running.outcome;
    expect(code).toBe(130);
    expect(stderr).toMatch(/stopped at once; go on with: openapi-batch resume/);
    expect(await cli.job()).toMatchObject({ status: 'paused', ok: 0 });
    expect(existsSync(cli.space.path('out.jsonl'))).toBe(false);
  });

  it('SIGTERM is the same with 143', async () => {
    const running = await stuck(' --json');
    running.signal('SIGTERM');
    cli.server.resume();
    const { code, stdout } = await running.outcome;
    expect(code).toBe(143);
    expect(jsonLines(stdout).at(-1)).toMatchObject({
      type: 'summary',
      exitCode: 143,
      status: 'paused',
      error: { code: 'paused' },
    });
  });

  it('cancel ends a job for good and keeps what was answered; the results are written', async () => {
    const running = await stuck('', 3_000);
    const cancelling = cli.call(`cancel ${String((await cli.job())?.jobId)}`);
    cli.server.resume();
    const { code, stderr } = await running.outcome;
    expect((await cancelling).code).toBe(0);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^cancelled: /m);
    expect(cli.space.read().length).toBeLessThan(3_000);
  });
});
