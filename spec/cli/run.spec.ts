import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { openaiFaults } from '../../lib/testing/fake-openai/openai-faults.js';
import { harness } from './support/harness.js';
import { jsonLines, prompts } from './support/workspace.js';

describe('run', () => {
  const cli = harness();

  it('takes all four formats in one file, and a bare string', async () => {
    cli.space.write([
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
    const { code, stdout, stderr } = await cli.call('run requests.jsonl --provider local_echo -o out.jsonl --ordered');
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(/^completed: 5 items, 5 ok, 0 failed/m);
    expect(cli.space.read().map(({ itemId, ok }) => [itemId, ok])).toEqual([
      ['a', true],
      ['b', true],
      ['c', true],
      ['d', true],
      [expect.stringMatching(/^item-/), true],
    ]);
    expect(cli.space.read()[0]).toMatchObject({ output: 'A', attempts: 1, metadata: { row: 1 } });
  });

  it('says where the results are when it was not told where to put them', async () => {
    cli.space.write(prompts(3));
    const { stderr } = await cli.call('run requests.jsonl --provider local_echo');
    const command = /results: openapi-batch (results .*)/.exec(stderr)?.[1] ?? '';
    expect(jsonLines((await cli.call(command)).stdout)).toHaveLength(3);
  });

  it('run again goes on, and sends nothing twice', async () => {
    cli.space.write(prompts(4));
    expect((await cli.call(cli.openai('run requests.jsonl -o out.jsonl'))).code).toBe(0);
    rmSync(cli.space.path('out.jsonl'));
    expect((await cli.call(cli.openai('run requests.jsonl -o out.jsonl'))).code).toBe(0);
    expect(cli.space.read()).toHaveLength(4);
    expect(cli.requests()).toBe(4);
  });

  it('runs a trial that the full run continues', async () => {
    cli.space.write(prompts(20));
    expect((await cli.call(cli.openai('run requests.jsonl -o out.jsonl --limit 5'))).code).toBe(0);
    expect(
      cli.space
        .read()
        .map(({ itemId }) => itemId)
        .sort(),
    ).toEqual(['i0', 'i1', 'i2', 'i3', 'i4']);
    expect((await cli.call(cli.openai('run requests.jsonl -o out.jsonl'))).code).toBe(0);
    expect(cli.space.read()).toHaveLength(20);
    expect(cli.requests()).toBe(20);
  });

  it('reads stdin, writes stdout', async () => {
    const { code, stdout, stderr } = await cli.call('run - -o - --provider local_echo', {
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

  it('makes a job of its own of whatever comes through a pipe with a name', async () => {
    execFileSync('mkfifo', [cli.space.path('pipe')]);
    for (const prompt of ['a', 'b']) {
      const written = writeFile(cli.space.path('pipe'), `{"itemId":"i","prompt":"${prompt}"}\n`);
      const { code, stdout, stderr } = await cli.call('run pipe -o - --provider local_echo');
      await written;
      expect(code).toBe(0);
      expect(jsonLines(stdout)).toMatchObject([{ output: prompt }]);
      expect(stderr).toMatch(/^job stdin-[0-9a-f]{10}$/m);
    }
  });

  it('takes an empty input for a job that is done, and says that it was empty', async () => {
    cli.space.write([]);
    const { code, stderr } = await cli.call('run requests.jsonl --provider local_echo -o out.jsonl');
    expect(code).toBe(0);
    expect(stderr).toMatch(/^the input is empty: there is nothing to send$/m);
    expect(readFileSync(cli.space.path('out.jsonl'), 'utf8')).toBe('');
  });

  it('talks JSON to machines', async () => {
    cli.space.write(prompts(3));
    const { code, stdout } = await cli.call('run requests.jsonl --provider local_echo -o out.jsonl --json');
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
    cli.space.write([{ custom_id: 'a', method: 'POST', url: '/v1/embeddings', body: { input: 'x', model: 'm' } }]);
    expect((await cli.call(`run requests.jsonl -o out.jsonl --base-url ${cli.server.url}`)).code).toBe(0);
    expect(cli.server.ledger.entries[0]?.path).toBe('/v1/embeddings');
  });

  it('exits with 1 when items failed; retry sends those again', async () => {
    cli.space.write(prompts(6));
    cli.server.setFaults([{ fault: openaiFaults.badRequest(), match: 'p4' }]);
    const first = await cli.call(cli.openai('run requests.jsonl -o out.jsonl --ordered'));
    expect(first.code).toBe(1);
    expect(cli.space.read()[4]).toMatchObject({
      itemId: 'i4',
      ok: false,
      error: { code: 'invalid_request', status: 400, retryable: false },
    });
    cli.server.setFaults([]);
    const retry = /send the failed ones again: openapi-batch (.*)/.exec(first.stderr)?.[1] ?? '';
    expect((await cli.call(retry)).code).toBe(0);
    expect(cli.space.read().every(({ ok }) => ok)).toBe(true);
    expect(cli.requests()).toBe(7);
  });

  it('stops on a wrong key with 3; the command it names goes on, without the address typed again', async () => {
    cli.space.write(prompts(6));
    cli.server.setFaults([{ fault: openaiFaults.unauthorized() }]);
    const { code, stderr } = await cli.call(cli.openai('run requests.jsonl -o out.jsonl'));
    expect(code).toBe(3);
    expect(existsSync(cli.space.path('out.jsonl'))).toBe(false);
    cli.server.setFaults([]);
    const resume = /go on with: openapi-batch (.*)/.exec(stderr)?.[1] ?? '';
    expect((await cli.call(resume.replace(/ --base-url \S+/, ''))).code).toBe(0);
    expect(cli.space.read()).toHaveLength(6);
  });

  it('stops when too many items fail', async () => {
    cli.space.write(prompts(60));
    cli.server.setFaults([{ fault: openaiFaults.badRequest() }]);
    const { code, stderr } = await cli.call(cli.openai('run requests.jsonl --max-failures 5 --concurrency 1'));
    expect(code).toBe(3);
    expect(stderr).toMatch(/go on with: openapi-batch resume/);
    expect(cli.requests()).toBeLessThan(10);
  });
});
