import { from } from 'rxjs';
import { openai, type OpenAIProviderOptions } from '../../../lib/provider/openai/openai';
import type { NativeCapability } from '../../../lib/provider/native';
import type { Provider } from '../../../lib/provider/provider';
import { openaiFaults } from '../../../lib/testing/fake-openai/openai-faults';
import { startFakeOpenAI } from '../../../lib/testing/fake-openai/start-fake-openai';
import { ManualClock } from '../../../lib/testing/fake-server/clock';
import type { FakeServer } from '../../../lib/testing/fake-server/fake-server';
import type { FakeServerOptions } from '../../../lib/testing/fake-server/options';
import { item } from '../support/ask';
import { openaiMajors } from '../support/majors';
import {
  create,
  failing,
  listOf,
  marker,
  nativeOf,
  poll,
  questions,
  read,
  readAll,
  shardOf,
  within,
} from '../support/native';

describe.each(openaiMajors)('native batches, through %s', (_name, sdk) => {
  let clock: ManualClock;
  let server: FakeServer;
  let provider: Provider;
  let native: NativeCapability;

  const start = async (options: FakeServerOptions = {}, more: OpenAIProviderOptions = {}): Promise<void> => {
    clock = new ManualClock();
    server = await startFakeOpenAI({ clock, ...options });
    provider = openai({ sdk, baseURL: server.url, apiKey: 'k-12345678', defaultModel: 'gpt-4o-mini', ...more });
    native = nativeOf(provider);
  };
  afterEach(async () => {
    await provider.close?.();
    await server.close();
  });
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  const raw = async (path: string, body?: object): Promise<any> => {
    const headers = { authorization: 'Bearer k-12345678', 'content-type': 'application/json' };
    const init = body === undefined ? { headers } : { headers, method: 'POST', body: JSON.stringify(body) };
    return (await fetch(`${server.url}${path}`, init)).json();
  };
  const body = (operation: string): unknown =>
    JSON.parse(server.ledger.entries.find((entry) => entry.operation === operation)?.body ?? 'null');

  it('marks metadata, job and file name, and asks for the expiry of files', async () => {
    await start({}, { inputFileExpirySeconds: 3_600, resultFileExpirySeconds: 7_200 });
    const batch = await create(native, shardOf(native, questions(2)));
    expect(body('batches.create')).toEqual({
      input_file_id: batch.inputFileId,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
      metadata: { run: 'run-1', shard: '3', attempt: '1', content: 'c0ffee', job: 'job' },
      output_expires_after: { anchor: 'created_at', seconds: 7_200 },
    });
    const file = await raw(`/files/${batch.inputFileId!}`);
    expect(file).toMatchObject({ filename: 'openapi-batch_run-1_3_1_c0ffee.jsonl', purpose: 'batch' });
    expect(file.expires_at - file.created_at).toBe(3_600);
    clock.advance(1_000);
    const { outputs } = await poll(native, batch.batchId);
    const output = await raw(`/files/${outputs[0]!}`);
    expect(output.expires_at - output.created_at).toBe(7_200);
  });

  it('says nothing about expiry to a server that may not know it', async () => {
    await start();
    await create(native, shardOf(native, questions(1)));
    expect(body('batches.create')).not.toHaveProperty('output_expires_after');
  });

  it('judges every line by itself, in both files', async () => {
    const faults = openaiFaults;
    await start({
      faults: [
        { on: 'batch.line', match: 'bad', fault: faults.badRequest('poisoned') },
        { on: 'batch.line', match: 'busy', fault: faults.rateLimit() },
        { on: 'batch.line', match: 'broken', fault: faults.serverError() },
        { on: 'batch.line', match: 'zero', fault: faults.statusZeroLine() },
        { on: 'batch.line', match: 'none', fault: faults.lineError() },
        { on: 'batch.line', match: 'filter', fault: faults.contentFilter() },
        { on: 'batch.line', match: 'empty', fault: faults.emptyBody() },
        { on: 'batch.line', match: 'text', fault: faults.plainText() },
      ],
    });
    const names = ['good', 'bad', 'busy', 'broken', 'zero', 'none', 'filter', 'empty', 'text'];
    const batch = await create(
      native,
      shardOf(
        native,
        names.map((name) => item(name)),
      ),
    );
    clock.advance(1_000);
    const results = await readAll(native, await poll(native, batch.batchId));
    const said = Object.fromEntries(
      results.map((result) => [
        names[Number(result.key!.slice(1)) - 1],
        result.kind === 'error' ? [result.error.code, result.error.retryable, result.error.status] : result.kind,
      ]),
    );
    expect(said).toEqual({
      good: 'ok',
      bad: ['invalid_request', false, 400],
      busy: ['rate_limited', true, 429],
      broken: ['server_error', true, 500],
      zero: ['server_error', true, undefined],
      none: ['server_error', true, undefined],
      filter: ['content_filtered', false, undefined],
      empty: ['invalid_response', true, undefined],
      text: ['invalid_response', true, undefined],
    });
  });

  it('hands on foreign lines, and both of a duplicate', async () => {
    await start({
      batches: { foreignLines: 2 },
      faults: [{ on: 'batch.line', match: 'question 1', fault: openaiFaults.duplicateLine() }],
    });
    const batch = await create(native, shardOf(native, questions(2)));
    clock.advance(1_000);
    const results = await readAll(native, await poll(native, batch.batchId));
    expect(results.map(({ key }) => key).sort()).toEqual(['foreign-1', 'foreign-2', 'i1', 'i1', 'i2']);
  });

  it('tells what an expired batch did not get to from what it did', async () => {
    await start({ batches: { runMsPerRequest: 1_000, expiresAfterMs: 5_500, stuckIn: 'running' } });
    const { batchId } = await create(native, shardOf(native, questions(10)));
    clock.advance(10_000);
    const batch = await poll(native, batchId);
    expect(batch.status).toBe('expired');
    const kinds = (await readAll(native, batch)).map((result) =>
      result.kind === 'unprocessed' ? result.code : result.kind,
    );
    expect(kinds.filter((kind) => kind === 'ok')).toHaveLength(5);
    expect(kinds.filter((kind) => kind === 'expired')).toHaveLength(5);
  });

  it.each(['null', 'absent', 'empty-string', 'empty-file'] as const)(
    'reads on where the error file is %s',
    async (noErrors) => {
      await start({ batches: { noErrors } });
      const { batchId } = await create(native, shardOf(native, questions(3)));
      clock.advance(1_000);
      const batch = await poll(native, batchId);
      expect(batch.outputs).toHaveLength(noErrors === 'empty-file' ? 2 : 1);
      expect(await readAll(native, batch)).toHaveLength(3);
    },
  );

  it('is completed before its outputs are named', async () => {
    await start({ batches: { lateOutputMs: 60_000, counts: () => null } });
    const { batchId } = await create(native, shardOf(native, questions(1)));
    clock.advance(1_000);
    expect(await poll(native, batchId)).toMatchObject({ status: 'completed', outputs: [], counts: undefined });
    clock.advance(60_000);
    expect((await poll(native, batchId)).outputs).toHaveLength(1);
  });

  it('says which lines a batch was refused for, and when it was the quota', async () => {
    await start({ batches: { enqueuedTokens: 3 } });
    const late = await create(native, shardOf(native, questions(5)));
    const twice = native.line(item('x'), 'same').text;
    const wrong = native.line(item('x', { model: 'gpt-other' }), 'other').text;
    const text = `${twice}\n{"broken\n${twice}\n${wrong}\n`;
    const bad = await create(native, {
      ...shardOf(native, questions(1)),
      lines: () => [text],
      bytes: Buffer.byteLength(text),
    });
    const none = await create(native, { ...shardOf(native, questions(1)), lines: () => ['\n'], bytes: 1 });
    clock.advance(1_000);
    expect(await poll(native, late.batchId)).toMatchObject({
      status: 'failed',
      faults: [{ kind: 'quota', code: 'token_limit_exceeded' }],
    });
    expect((await poll(native, bad.batchId)).faults).toMatchObject([
      { kind: 'line', code: 'invalid_json_line', line: 2 },
      { kind: 'line', code: 'duplicate_custom_id', line: 3, key: 'same' },
      { kind: 'line', code: 'model_mismatch', line: 4 },
    ]);
    expect((await poll(native, none.batchId)).faults).toMatchObject([{ kind: 'batch', code: 'empty_file' }]);
  });

  it.each([
    ['429', openaiFaults.rateLimit({ waitMs: 7_000 }), { kind: 'quota', waitMs: 7_000 }],
    [
      'insufficient_quota',
      openaiFaults.insufficientQuota(),
      { kind: 'stop', code: 'quota_exhausted', status: 'failed' },
    ],
    ['401', openaiFaults.unauthorized(), { kind: 'stop', code: 'auth' }],
    ['403', openaiFaults.forbidden(), { kind: 'stop', code: 'auth' }],
    ['400', openaiFaults.badRequest(), { kind: 'fail', error: { code: 'invalid_request' } }],
    ['400 that is a quota', openaiFaults.badRequest('Enqueued token limit reached.'), { kind: 'quota' }],
    ['500', openaiFaults.serverError(), { kind: 'ambiguous' }],
    ['502 of a gateway', openaiFaults.html(), { kind: 'ambiguous' }],
    ['503', openaiFaults.overloaded(), { kind: 'ambiguous' }],
    ['408', openaiFaults.requestTimeout(), { kind: 'ambiguous' }],
    ['409', openaiFaults.conflict(), { kind: 'ambiguous' }],
    ['a reset', openaiFaults.reset(), { kind: 'ambiguous' }],
    ['a cut answer', openaiFaults.cut(), { kind: 'ambiguous' }],
    ['half a JSON', openaiFaults.truncatedJson(), { kind: 'ambiguous' }],
    ['an empty answer', openaiFaults.emptyBody(), { kind: 'ambiguous' }],
    ['a text', openaiFaults.plainText(), { kind: 'ambiguous' }],
  ])('a create that ends in %s', async (_what, fault, verdict) => {
    await start({ faults: [{ on: 'batches.create', fault }] });
    expect(await failing(native, 'submit', native.submit(shardOf(native, questions(1)), within()))).toMatchObject(
      verdict,
    );
    expect(server.ledger.entries.filter(({ operation }) => operation === 'batches.create')).toHaveLength(1);
  });

  it.each([
    ['429', openaiFaults.rateLimit(), { kind: 'retry' }],
    ['500', openaiFaults.serverError(), { kind: 'retry' }],
    ['a reset', openaiFaults.reset(), { kind: 'retry' }],
    ['400', openaiFaults.badRequest(), { kind: 'fail' }],
    ['401', openaiFaults.unauthorized(), { kind: 'stop', code: 'auth' }],
  ])('an upload that ends in %s leaves no batch in doubt', async (_what, fault, verdict) => {
    await start({ faults: [{ on: 'files.create', fault }] });
    const submission = shardOf(native, questions(1));
    expect(await failing(native, 'submit', native.submit(submission, within()))).toMatchObject(verdict);
    expect(server.ledger.batches).toEqual([]);
  });

  it.each([
    ['429', openaiFaults.rateLimit({ waitMs: 2_000 }), { kind: 'retry', waitMs: 2_000 }],
    ['insufficient_quota', openaiFaults.insufficientQuota(), { kind: 'retry' }],
    ['503', openaiFaults.overloaded(), { kind: 'retry' }],
    ['half a JSON', openaiFaults.truncatedJson(), { kind: 'retry' }],
    ['401', openaiFaults.unauthorized(), { kind: 'stop', code: 'auth' }],
    ['404', openaiFaults.notFound(), { kind: 'gone' }],
  ])('a poll that ends in %s', async (_what, fault, verdict) => {
    await start();
    const { batchId } = await create(native, shardOf(native, questions(1)));
    server.setFaults([{ on: 'batches.get', fault }]);
    expect(await failing(native, 'poll', native.poll(batchId, within()))).toMatchObject(verdict);
  });

  it('has nothing in doubt where the server was never reached', async () => {
    await start();
    const there = await create(native, shardOf(native, questions(1)));
    await server.close();
    const submission = shardOf(native, questions(1), { fileId: there.inputFileId });
    expect(await failing(native, 'submit', native.submit(submission, within()))).toMatchObject({ kind: 'retry' });
  });

  it('takes up a download that was cut, with or without ranges, and counts nothing twice', async () => {
    await start();
    const { batchId } = await create(native, shardOf(native, questions(900)));
    clock.advance(1_000);
    const [output = ''] = (await poll(native, batchId)).outputs;
    const whole = await read(native, output);
    for (const rangeSupport of [false, true]) {
      server.setBatches({ rangeSupport });
      server.setFaults([{ on: 'files.content', fault: openaiFaults.cut(), times: 1 }]);
      const got: unknown[] = [];
      let offset = 0;
      for (let tries = 0; tries < 2; tries++) {
        await new Promise<void>((resolve) => {
          const subscription = from(native.results(output, offset, within())).subscribe({
            next: (page) => {
              got.push(...page.results);
              offset = page.offset;
            },
            error: (error: unknown) => {
              expect(native.classify(error, 'results').kind).toBe('retry');
              resolve();
            },
            complete: () => resolve(),
          });
          expect(subscription.closed).toBe(false);
        });
      }
      expect(got).toEqual(whole);
    }
    expect(await failing(native, 'results', native.results('file-none', 0, within()))).toMatchObject({ kind: 'gone' });
  });

  it('finds its batches on every page, oldest or newest first, among those of others', async () => {
    await start();
    const submission = shardOf(native, questions(1));
    const first = await create(native, submission);
    const inputFileId = first.inputFileId!;
    for (let n = 0; n < 205; n++) {
      const metadata = n % 2 ? { run: 'another' } : { team: 'x' };
      await raw('/batches', {
        input_file_id: inputFileId,
        endpoint: '/v1/chat/completions',
        completion_window: '24h',
        metadata,
      });
    }
    const last = await create(native, { ...submission, marker: { ...marker, shard: 4 } });
    for (const listOrder of ['newest', 'oldest'] as const) {
      server.setBatches({ listOrder });
      const found = await listOf(native.find('run-1', within()));
      expect(found.map(({ batchId }) => batchId).sort()).toEqual([first.batchId, last.batchId].sort());
    }
    expect(server.ledger.entries.filter(({ operation }) => operation === 'files.list')).toHaveLength(0);
  });

  it('knows a batch without metadata by the name of its file', async () => {
    await start();
    const [uploaded] = await listOf(native.submit(shardOf(native, questions(1)), within()));
    const bare = {
      input_file_id: (uploaded as { fileId: string }).fileId,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    };
    const made = await raw('/batches', bare);
    const found = await listOf(native.find('run-1', within()));
    expect(found.map(({ batchId }) => batchId)).toContain(made.id);
    expect(found.every((batch) => batch.marker?.content === 'c0ffee')).toBe(true);
    server.setFaults([{ on: 'files.list', fault: openaiFaults.notFound() }]);
    expect(await listOf(native.find('run-1', within()))).toHaveLength(1);
    server.setFaults([{ on: 'files.list', fault: openaiFaults.serverError() }]);
    expect(await failing(native, 'find', native.find('run-1', within()))).toMatchObject({ kind: 'retry' });
  });

  it('gives one vector, or as many as were asked for', async () => {
    await start({}, { endpoint: 'embeddings' });
    const inputs = ['one', { input: ['one'] }, { input: ['a', 'b', 'c'] }, { input: [1, 2, 3] }];
    const batch = await create(
      native,
      shardOf(
        native,
        inputs.map((input) => item(input)),
      ),
    );
    expect(native.line(item({ input: ['a', 'b', 'c'] }), 'k').inputs).toBe(3);
    clock.advance(1_000);
    const results = await readAll(native, await poll(native, batch.batchId));
    const shape = (value: unknown): unknown =>
      Array.isArray(value) ? (typeof value[0] === 'number' ? 'vector' : value.map(shape)) : value;
    const found = Object.fromEntries(
      results.map((result) => [result.key, result.kind === 'ok' ? shape(result.output) : result]),
    );
    expect(found).toEqual({ i1: 'vector', i2: ['vector'], i3: ['vector', 'vector', 'vector'], i4: 'vector' });
  });
});
