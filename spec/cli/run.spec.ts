import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { openaiFaults } from '../../lib/testing/fake-openai/openai-faults.js';
import { startFakeOpenAI } from '../../lib/testing/fake-openai/start-fake-openai.js';
import type { FakeServer } from '../../lib/testing/fake-server/fake-server.js';
import { startCli, type Outcome, type TestIoOptions, type TestRun } from './support/test-io.js';
import { jsonLines, prompts, until, Workspace, type JsonLine } from './support/workspace.js';

describe('the command line', () => {
  let space: Workspace;
  let server: FakeServer;
  beforeEach(async () => {
    space = new Workspace();
    server = await startFakeOpenAI();
  });
  afterEach(async () => {
    await server.close();
    space.remove();
  });

  const env = { OPENAI_API_KEY: 'sk-test' };
  const start = (line: string, options: Partial<TestIoOptions> = {}): TestRun =>
    startCli(line.split(' '), { cwd: space.folder, env, ...options });
  const call = async (line: string, options: Partial<TestIoOptions> = {}): Promise<Outcome> =>
    await start(line, options).outcome;
  const openai = (line: string): string => `${line} --provider openai --model m --base-url ${server.url}`;
  const theJob = async (): Promise<JsonLine | undefined> => jsonLines((await call('list --json')).stdout)[0];
  const requests = (): number => server.ledger.requests;

  describe('run', () => {
    it('takes all four formats in one file, and a bare string', async () => {
      space.write([
        { itemId: 'a', input: { prompt: 'A' }, metadata: { row: 1 } },
        {
          custom_id: 'b',
          method: 'POST',
          url: '/v1/chat/completions',
          body: { messages: [{ role: 'user', content: 'B' }] },
        },
        { key: 'c', request: { contents: [{ parts: [{ text: 'C' }] }] } },
        { id: 'd', prompt: 'D' },
        '"E"',
      ]);
      const { code, stdout, stderr } = await call('run requests.jsonl --provider local_echo -o out.jsonl --ordered');
      expect([code, stdout]).toEqual([0, '']);
      expect(stderr).toMatch(/^completed: 5 items, 5 ok, 0 failed/m);
      expect(space.read().map(({ itemId, ok }) => [itemId, ok])).toEqual([
        ['a', true],
        ['b', true],
        ['c', true],
        ['d', true],
        [expect.stringMatching(/^item-/), true],
      ]);
      expect(space.read()[0]).toMatchObject({ output: 'A', attempts: 1, metadata: { row: 1 } });
    });

    it('says where the results are when it was not told where to put them', async () => {
      space.write(prompts(3));
      const { stderr } = await call('run requests.jsonl --provider local_echo');
      const command = /results: openapi-batch (results .*)/.exec(stderr)?.[1] ?? '';
      expect(jsonLines((await call(command)).stdout)).toHaveLength(3);
    });

    it('run again goes on, and sends nothing twice', async () => {
      space.write(prompts(4));
      expect((await call(openai('run requests.jsonl -o out.jsonl'))).code).toBe(0);
      rmSync(space.path('out.jsonl'));
      expect((await call(openai('run requests.jsonl -o out.jsonl'))).code).toBe(0);
      expect(space.read()).toHaveLength(4);
      expect(requests()).toBe(4);
    });

    it('runs a trial that the full run continues', async () => {
      space.write(prompts(20));
      expect((await call(openai('run requests.jsonl -o out.jsonl --limit 5'))).code).toBe(0);
      expect(
        space
          .read()
          .map(({ itemId }) => itemId)
          .sort(),
      ).toEqual(['i0', 'i1', 'i2', 'i3', 'i4']);
      expect((await call(openai('run requests.jsonl -o out.jsonl'))).code).toBe(0);
      expect(space.read()).toHaveLength(20);
      expect(requests()).toBe(20);
    });

    it('reads stdin, writes stdout', async () => {
      const { code, stdout, stderr } = await call('run - -o - --provider local_echo', {
        stdin: '{"prompt":"a"}\n{"prompt":"b"}\n',
      });
      expect(code).toBe(0);
      expect(
        jsonLines(stdout)
          .map(({ output }) => output)
          .sort(),
      ).toEqual(['a', 'b']);
      expect(stderr).toMatch(/^job stdin-[0-9a-f]{10}$/m);
    });

    it('takes an empty input for a job that is done', async () => {
      space.write([]);
      expect((await call('run requests.jsonl --provider local_echo -o out.jsonl')).code).toBe(0);
      expect(readFileSync(space.path('out.jsonl'), 'utf8')).toBe('');
    });

    it('talks JSON to machines', async () => {
      space.write(prompts(3));
      const { code, stdout } = await call('run requests.jsonl --provider local_echo -o out.jsonl --json');
      const documents = jsonLines(stdout);
      expect(code).toBe(0);
      expect(documents.slice(0, -1).every(({ type }) => type === 'progress')).toBe(true);
      expect(documents.at(-1)).toMatchObject({
        type: 'summary',
        status: 'completed',
        exitCode: 0,
        total: 3,
        ok: 3,
        failed: 0,
        output: 'out.jsonl',
      });
    });

    it('chooses endpoint and provider by the lines', async () => {
      space.write([{ custom_id: 'a', method: 'POST', url: '/v1/embeddings', body: { input: 'x', model: 'm' } }]);
      expect((await call(`run requests.jsonl -o out.jsonl --base-url ${server.url}`)).code).toBe(0);
      expect(server.ledger.entries[0]?.path).toBe('/v1/embeddings');
    });

    it('exits with 1 when items failed; retry sends those again', async () => {
      space.write(prompts(6));
      server.setFaults([{ fault: openaiFaults.badRequest(), match: 'p4' }]);
      const first = await call(openai('run requests.jsonl -o out.jsonl --ordered'));
      expect(first.code).toBe(1);
      expect(space.read()[4]).toMatchObject({
        itemId: 'i4',
        ok: false,
        error: { code: 'invalid_request', status: 400, retryable: false },
      });
      server.setFaults([]);
      const retry = /send the failed ones again: openapi-batch (.*)/.exec(first.stderr)?.[1] ?? '';
      expect((await call(retry)).code).toBe(0);
      expect(space.read().every(({ ok }) => ok)).toBe(true);
      expect(requests()).toBe(7);
    });

    it('stops on a wrong key with 3; the command it names goes on, without the address typed again', async () => {
      space.write(prompts(6));
      server.setFaults([{ fault: openaiFaults.unauthorized() }]);
      const { code, stderr } = await call(openai('run requests.jsonl -o out.jsonl'));
      expect(code).toBe(3);
      expect(existsSync(space.path('out.jsonl'))).toBe(false);
      server.setFaults([]);
      const resume = /go on with: openapi-batch (.*)/.exec(stderr)?.[1] ?? '';
      expect((await call(resume.replace(/ --base-url \S+/, ''))).code).toBe(0);
      expect(space.read()).toHaveLength(6);
    });

    it('stops when too many items fail', async () => {
      space.write(prompts(60));
      server.setFaults([{ fault: openaiFaults.badRequest() }]);
      const { code, stderr } = await call(openai('run requests.jsonl --max-failures 5 --concurrency 1'));
      expect(code).toBe(3);
      expect(stderr).toMatch(/go on with: openapi-batch resume/);
      expect(requests()).toBeLessThan(10);
    });
  });

  describe('bad input', () => {
    const echo = 'run requests.jsonl --provider local_echo';
    const nothingHappened = async (): Promise<void> => {
      expect((await call('list --json')).stdout).toBe('');
      expect(requests()).toBe(0);
    };

    it.each<[string, string, () => void, RegExp]>([
      [
        'a missing file',
        echo,
        () => undefined,
        /^openapi-batch: cannot read requests\.jsonl: there is no such file\n$/,
      ],
      [
        'a directory',
        'run . --provider local_echo',
        () => undefined,
        /^openapi-batch: cannot read \.: it is a directory/,
      ],
      ['a broken first line', echo, () => space.write(['{']), /^openapi-batch: requests\.jsonl:1: not JSON: /],
      [
        'no provider',
        'run requests.jsonl',
        () => space.write(prompts(1)),
        /^openapi-batch: choose a provider with --provider openai, gemini or local_echo/,
      ],
      [
        'no key',
        'run requests.jsonl --provider openai --model m',
        () => space.write(prompts(1)),
        /^openapi-batch: .*OPENAI_API_KEY.*\n$/,
      ],
      [
        'an unknown endpoint',
        'run requests.jsonl --provider openai --endpoint /v1/chat/completion',
        () => space.write(prompts(1)),
        /\/v1\/chat\/completions/,
      ],
      [
        'an output folder that is not there',
        `${echo} -o none/out.jsonl`,
        () => space.write(prompts(1)),
        /^openapi-batch: cannot write .*none\/out\.jsonl: there is no such folder\n$/,
      ],
      ['the input as output', `${echo} -o requests.jsonl`, () => space.write(prompts(1)), /: it is the input\n$/],
      [
        'a database folder that is not there',
        `${echo} --db none/x.sqlite`,
        () => space.write(prompts(1)),
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
      const { code, stderr } = await call(line, { env: {} });
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
      space.write([...prompts(6_999), line, ...prompts(5)]);
      const { code, stderr } = await call(openai('run requests.jsonl -o out.jsonl'));
      expect(code).toBe(2);
      expect(stderr).toMatch(message);
      expect(existsSync(space.path('out.jsonl'))).toBe(false);
      await nothingHappened();
    });

    it('a request without a model is named by its line', async () => {
      space.write([{ prompt: 'a', model: 'm' }, { prompt: 'b' }]);
      const { code, stderr } = await call(`run requests.jsonl --provider openai --base-url ${server.url}`);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^requests\.jsonl:2: no model/m);
    });

    it('a changed line of a known job leaves the job as it was', async () => {
      space.write(prompts(3));
      await call(echo);
      space.write([...prompts(2), { itemId: 'i2', prompt: 'changed' }, ...prompts(9).slice(3)]);
      const { code, stderr } = await call(echo);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^requests\.jsonl:3: .*"i2"/m);
      expect(await theJob()).toMatchObject({ status: 'completed', total: 3, ok: 3 });
    });

    it('--limit comes too late for a job that holds more', async () => {
      space.write(prompts(30));
      server.setFaults([{ fault: openaiFaults.unauthorized() }]);
      await call(openai('run requests.jsonl'));
      const { code, stderr } = await call(openai('run requests.jsonl --limit 5'));
      expect(code).toBe(2);
      expect(stderr).toMatch(/--limit 5 comes too late: job \S+ already holds 30 requests/);
    });

    it.each(['status', 'results', 'resume', 'retry', 'cancel', 'delete'])(
      '%s of an unknown job suggests the nearest',
      async (command) => {
        space.write(prompts(1));
        await call(`${echo} --job-id nightly-run`);
        const { code, stderr } = await call(`${command} nigtly-run`);
        expect([code, stderr]).toEqual([
          2,
          'openapi-batch: there is no job "nigtly-run"; did you mean "nightly-run"?\n',
        ]);
      },
    );

    it('a mistyped database is not created', async () => {
      const { code, stderr } = await call('status j --db jobs.sqlit');
      expect(code).toBe(2);
      expect(stderr).toMatch(/^openapi-batch: there is no database .*jobs\.sqlit;/);
      expect(existsSync(space.path('jobs.sqlit'))).toBe(false);
    });

    it.each<[string, () => void]>([
      [
        'corrupt',
        () =>
          writeFileSync(
            space.path('openapi-batch.sqlite'),
            'not a database, but long enough to be looked at'.repeat(100),
          ),
      ],
    ])('a %s database: one sentence, exit code 3', async (_name, prepare) => {
      prepare();
      space.write(prompts(1));
      const { code, stderr } = await call(echo);
      expect(code).toBe(3);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(stderr).toMatch(/^openapi-batch: .*openapi-batch\.sqlite/);
    });

    it('shows the stack only when asked for', async () => {
      const { stderr } = await call(echo, { env: { DEBUG: 'openapi-batch' } });
      expect(stderr).toMatch(/\n\s+at /);
    });
  });

  describe('signals', () => {
    const stuck = async (options = '', count = 30): Promise<TestRun> => {
      space.write(prompts(count));
      server.pause();
      const running = start(openai(`run requests.jsonl -o out.jsonl --concurrency 4${options}`));
      await until(() => requests() === 4);
      return running;
    };

    it('Ctrl-C waits for the answers in flight, says how to resume, exits with 130', async () => {
      const running = await stuck();
      running.signal('SIGINT');
      await running.stderrHas('waiting for the answers in flight');
      server.resume();
      const { code, stderr } = await running.outcome;
      expect(code).toBe(130);
      expect(stderr).toMatch(/^paused: 4 of 30 done$/m);
      expect(await theJob()).toMatchObject({ status: 'paused', ok: 4 });
      const resume = /go on with: openapi-batch (.*)/.exec(stderr)?.[1] ?? '';
      expect((await call(resume)).code).toBe(0);
      expect(space.read()).toHaveLength(30);
      expect(requests()).toBe(30);
    });

    it('a second one stops at once', async () => {
      const running = await stuck();
      running.signal('SIGINT');
      running.signal('SIGINT');
      const { code, stderr } = await running.outcome;
      expect(code).toBe(130);
      expect(stderr).toMatch(/stopped at once; go on with: openapi-batch resume/);
      expect(await theJob()).toMatchObject({ status: 'paused', ok: 0 });
      expect(existsSync(space.path('out.jsonl'))).toBe(false);
    });

    it('SIGTERM is the same with 143', async () => {
      const running = await stuck(' --json');
      running.signal('SIGTERM');
      server.resume();
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
      const cancelling = call(`cancel ${String((await theJob())?.jobId)}`);
      server.resume();
      const { code, stderr } = await running.outcome;
      expect((await cancelling).code).toBe(0);
      expect(code).toBe(3);
      expect(stderr).toMatch(/^cancelled: /m);
      expect(space.read().length).toBeLessThan(3_000);
    });
  });

  describe('results', () => {
    beforeEach(async () => {
      space.write(prompts(8));
      server.setFaults([{ fault: openaiFaults.badRequest(), match: 'p3' }]);
      await call(`${openai('run requests.jsonl')} --job-id j`);
    });

    it.each([
      ['results j --ordered', ['i0', 'i1', 'i2', 'i3', 'i4', 'i5', 'i6', 'i7']],
      ['results j --ordered --only ok', ['i0', 'i1', 'i2', 'i4', 'i5', 'i6', 'i7']],
      ['results j --only failed', ['i3']],
    ])('%s', async (line, ids) => {
      const { code, stdout } = await call(line);
      expect(code).toBe(0);
      expect(jsonLines(stdout).map(({ itemId }) => itemId)).toEqual(ids);
      expect((await call(`${line} -o some.jsonl`)).stdout).toBe('');
      expect(space.read('some.jsonl').map(({ itemId }) => itemId)).toEqual(ids);
    });

    it('status tells what to do', async () => {
      const { stdout } = await call('status j');
      expect(stdout).toMatch(/^status +completed$/m);
      expect(stdout).toMatch(/^retry +openapi-batch retry j$/m);
      expect(jsonLines((await call('status j --json')).stdout)[0]).toMatchObject({
        jobId: 'j',
        ok: 7,
        failed: 1,
        progress: { done: 8 },
      });
    });

    it('list shows a table, delete takes a job away', async () => {
      expect((await call('list')).stdout).toMatch(/^JOB +STATUS.*\nj +completed +8\/8 +1 +openai +m /);
      expect((await call('delete j')).code).toBe(0);
      expect(await call('list')).toMatchObject({ code: 0, stdout: '', stderr: 'no jobs\n' });
    });
  });

  describe('--follow', () => {
    it('appends, and repeats nothing when the job goes on', async () => {
      space.write(prompts(30));
      server.pause();
      const line = openai('run requests.jsonl -o out.jsonl --follow --concurrency 4');
      const running = start(line);
      await until(() => requests() === 4);
      running.signal('SIGINT');
      server.resume();
      expect((await running.outcome).code).toBe(130);
      expect(space.read()).toHaveLength(4);
      writeFileSync(space.path('out.jsonl'), `${readFileSync(space.path('out.jsonl'), 'utf8')}{"itemId":"i2`);
      expect((await call(line)).code).toBe(0);
      expect(new Set(space.read().map(({ itemId }) => itemId)).size).toBe(30);
      expect(space.read()).toHaveLength(30);
    });

    it('pauses the job when the disk is full', async () => {
      space.write(prompts(300));
      const { code, stderr } = await call(`${openai('run requests.jsonl -o /dev/full --follow')} --concurrency 2`);
      expect(code).toBe(3);
      expect(stderr).toMatch(/^cannot write \/dev\/full: no space left on the disk; the job is paused: /m);
      expect(requests()).toBeLessThan(300);
    });
  });
});
