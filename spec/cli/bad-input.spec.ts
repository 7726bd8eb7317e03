import { existsSync, writeFileSync } from 'node:fs';
import { openaiFaults } from '../../lib/testing/fake-openai/openai-faults.js';
import { harness } from './support/harness.js';
import { prompts } from './support/workspace.js';

describe('bad input', () => {
  const cli = harness();

  const echo = 'run requests.jsonl --provider local_echo';
  const nothingHappened = async (): Promise<void> => {
    expect((await cli.call('list --json')).stdout).toBe('');
    expect(cli.requests()).toBe(0);
  };

  it.each<[string, string, () => void, RegExp]>([
    ['a missing file', echo, () => undefined, /^openapi-batch: cannot read requests\.jsonl: there is no such file\n$/],
    [
      'a directory',
      'run . --provider local_echo',
      () => undefined,
      /^openapi-batch: cannot read \.: it is a directory/,
    ],
    ['a broken first line', echo, () => cli.space.write(['{']), /^openapi-batch: requests\.jsonl:1: not JSON: /],
    [
      'no provider',
      'run requests.jsonl',
      () => cli.space.write(prompts(1)),
      /^openapi-batch: choose a provider with --provider openai, gemini or local_echo/,
    ],
    [
      'no key',
      'run requests.jsonl --provider openai --model m',
      () => cli.space.write(prompts(1)),
      /^openapi-batch: .*OPENAI_API_KEY.*\n$/,
    ],
    [
      'an unknown endpoint',
      'run requests.jsonl --provider openai --endpoint /v1/chat/completion',
      () => cli.space.write(prompts(1)),
      /\/v1\/chat\/completions/,
    ],
    [
      'an output folder that is not there',
      `${echo} -o none/out.jsonl`,
      () => cli.space.write(prompts(1)),
      /^openapi-batch: cannot write .*none\/out\.jsonl: there is no such folder\n$/,
    ],
    ['the input as output', `${echo} -o requests.jsonl`, () => cli.space.write(prompts(1)), /: it is the input\n$/],
    [
      'a database folder that is not there',
      `${echo} --db none/x.sqlite`,
      () => cli.space.write(prompts(1)),
      /none\/x\.sqlite/,
    ],
    [
      'an unknown option',
      `${echo} --concurency 3`,
      () => undefined,
      /unknown option '--concurency' \(Did you mean --concurrency\?\)\n$/,
    ],
  ])('%s: one sentence, nothing done', async (_name, line, prepare, message) => {
    prepare();
    const { code, stderr } = await cli.call(line, { env: {} });
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(message);
    expect(code).toBe(line.includes('--db') ? 3 : 2);
    await nothingHappened();
  });

  it.each<[string, string, RegExp]>([
    ['broken', '{"itemId": "x", "inp', /^requests\.jsonl:7000: not JSON: .*: \{"itemId": "x", "inp$/m],
    ['a duplicate', '{"itemId":"i5","prompt":"other"}', /^requests\.jsonl:7000: .*"i5"/m],
    [
      'for another endpoint',
      '{"custom_id":"x","url":"/v1/embeddings","body":{"input":"x"}}',
      /^requests\.jsonl:7000: is for \/v1\/embeddings/m,
    ],
  ])('a line that is %s is named, nothing is sent, no job is left', async (_name, line, message) => {
    cli.space.write([...prompts(6_999), line, ...prompts(5)]);
    const { code, stderr } = await cli.call(cli.openai('run requests.jsonl -o out.jsonl'));
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(existsSync(cli.space.path('out.jsonl'))).toBe(false);
    await nothingHappened();
  });

  it('what would steer a terminal is shown, not sent to it', async () => {
    const evil = '\u001b[2J\u009b1m\u202e\u0007';
    cli.space.write([`${evil}{"itemId"`]);
    const broken = await cli.call(echo);
    cli.space.write(prompts(1));
    const ran = await cli.call([...echo.split(' '), '--job-id', evil]);
    const texts = [broken, ran, await cli.call('list'), await cli.call(['status', evil])].map(
      ({ stdout, stderr }) => stdout + stderr,
    );
    for (const text of texts) {
      expect(text).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u);
      expect(text).toContain('\\u001b[2J\\u009b1m\\u202e\\u0007');
    }
  });

  it('a request without a model is named by its line', async () => {
    cli.space.write([{ prompt: 'a', model: 'm' }, { prompt: 'b' }]);
    const { code, stderr } = await cli.call(`run requests.jsonl --provider openai --base-url ${cli.server.url}`);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^requests\.jsonl:2: no model/m);
  });

  it('a changed line of a known job leaves the job as it was', async () => {
    cli.space.write(prompts(3));
    await cli.call(echo);
    cli.space.write([...prompts(2), { itemId: 'i2', prompt: 'changed' }, ...prompts(9).slice(3)]);
    const { code, stderr } = await cli.call(echo);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^requests\.jsonl:3: .*"i2"/m);
    expect(await cli.job()).toMatchObject({ status: 'completed', total: 3, ok: 3 });
  });

  it('--limit comes too late for a job that holds more', async () => {
    cli.space.write(prompts(30));
    cli.server.setFaults([{ fault: openaiFaults.unauthorized() }]);
    await cli.call(cli.openai('run requests.jsonl'));
    const { code, stderr } = await cli.call(cli.openai('run requests.jsonl --limit 5'));
    expect(code).toBe(2);
    expect(stderr).toMatch(/--limit 5 comes too late: job \S+ already holds 30 requests/);
  });

  it.each(['status', 'results', 'resume', 'retry', 'cancel', 'delete'])(
    '%s of an unknown job suggests the nearest',
    async (command) => {
      cli.space.write(prompts(1));
      await cli.call(`${echo} --job-id nightly-run`);
      const { code, stderr } = await cli.call(`${command} nigtly-run`);
      expect([code, stderr]).toEqual([2, 'openapi-batch: there is no job "nigtly-run"; did you mean "nightly-run"?\n']);
    },
  );

  it('a mistyped database is not created', async () => {
    const { code, stderr } = await cli.call('status j --db jobs.sqlit');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^openapi-batch: there is no database .*jobs\.sqlit;/);
    expect(existsSync(cli.space.path('jobs.sqlit'))).toBe(false);
  });

  it.each<[string, () => void]>([
    [
      'corrupt',
      () =>
        writeFileSync(
          cli.space.path('openapi-batch.sqlite'),
          'not a database, but long enough to be looked at'.repeat(100),
        ),
    ],
  ])('a %s database: one sentence, exit code 3', async (_name, prepare) => {
    prepare();
    cli.space.write(prompts(1));
    const { code, stderr } = await cli.call(echo);
    expect(code).toBe(3);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/^openapi-batch: .*openapi-batch\.sqlite/);
  });

  it('shows the stack only when asked for', async () => {
    const { stderr } = await cli.call(echo, { env: { DEBUG: 'openapi-batch' } });
    expect(stderr).toMatch(/\n\s+at /);
  });
});
