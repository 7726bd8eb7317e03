import '../../support/node-dispatcher';
import { from } from 'rxjs';
import { gemini, type GeminiProviderOptions } from '../../../lib/provider/gemini/gemini';
import type { NativeCapability } from '../../../lib/provider/native';
import type { Provider } from '../../../lib/provider/provider';
import { geminiFaults } from '../../../lib/testing/fake-gemini/gemini-faults';
import type { FakeGeminiOptions } from '../../../lib/testing/fake-gemini/options';
import { startFakeGemini } from '../../../lib/testing/fake-gemini/start-fake-gemini';
import { ManualClock } from '../../../lib/testing/fake-server/clock';
import type { FakeServer } from '../../../lib/testing/fake-server/fake-server';
import { item } from '../support/ask';
import { geminiMajors } from '../support/majors';
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

const key = 'k-12345678';

describe.each(geminiMajors)('native batches, through %s', (_name, sdk) => {
  let clock: ManualClock;
  let server: FakeServer;
  let provider: Provider;
  let native: NativeCapability;

  const start = async (options: FakeGeminiOptions = {}, more: GeminiProviderOptions = {}): Promise<void> => {
    clock = new ManualClock();
    server = await startFakeGemini({ clock, apiKey: key, ...options });
    provider = gemini({ sdk, baseURL: server.url, apiKey: key, defaultModel: 'gemini-2.5-flash', ...more });
    native = nativeOf(provider);
  };
  afterEach(async () => {
    await provider.close?.();
    await server.close();
  });
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  const raw = async (path: string): Promise<any> => {
    return (await fetch(`${server.url}/v1beta/${path}`, { headers: { 'x-goog-api-key': key } })).json();
  };

  it('sends the file form, marked in both names, on v1beta', async () => {
    await start();
    const batch = await create(native, shardOf(native, questions(2)));
    const name = 'openapi-batch run-1 3 1 c0ffee';
    const paths = server.ledger.entries.map(({ operation, path }) => `${operation} ${path.replace(/\?.*/, '')}`);
    expect(paths).toEqual([
      'files.create /upload/v1beta/files',
      'files.upload /upload/v1beta/files',
      'batches.create /v1beta/models/gemini-2.5-flash:batchGenerateContent',
    ]);
    expect(JSON.parse(server.ledger.entries.at(-1)!.body)).toEqual({
      batch: { displayName: name, inputConfig: { fileName: batch.inputFileId } },
    });
    const file = await raw(batch.inputFileId!);
    expect(file).toMatchObject({ displayName: name, mimeType: 'application/jsonl' });
    expect(file.name.slice('files/'.length).length).toBeLessThanOrEqual(40);
    expect(batch).toMatchObject({ marker, createdAt: clock.now(), counts: { total: 2, completed: 0, failed: 0 } });
  });

  it('uploads what is larger than a slice in several, and takes up a file that is there', async () => {
    await start();
    const submission = shardOf(native, [item('x'.repeat(9_000_000)), item('y'.repeat(9_000_000)), item('z')]);
    const first = await create(native, submission);
    expect(server.ledger.entries.filter(({ operation }) => operation === 'files.upload')).toHaveLength(3);
    expect(Number((await raw(first.inputFileId!)).sizeBytes)).toBe(submission.bytes);
    const [again] = await listOf(native.submit(submission, within()));
    expect(again).toEqual({ step: 'uploaded', fileId: first.inputFileId });
    expect(server.ledger.entries.filter(({ operation }) => operation === 'files.upload')).toHaveLength(3);
    clock.advance(1_000);
    expect((await readAll(native, await poll(native, first.batchId))).map((result) => result.kind)).toEqual([
      'ok',
      'ok',
      'ok',
    ]);
  });

  it('replaces a file that an earlier try has left cut short', async () => {
    await start({ faults: [{ on: 'batches.create', fault: geminiFaults.serverError(), times: 1 }] });
    const submission = shardOf(native, questions(3));
    const short = [...submission.lines()].join('').slice(0, -50);
    await failing(native, 'submit', native.submit({ ...submission, lines: () => [short] }, within()));
    const { batchId, inputFileId } = await create(native, submission);
    expect(Number((await raw(inputFileId!)).sizeBytes)).toBe(submission.bytes);
    clock.advance(1_000);
    expect(await readAll(native, await poll(native, batchId))).toHaveLength(3);
  });

  it('judges every line by itself', async () => {
    await start({
      faults: [
        { on: 'batch.line', match: 'bad', fault: geminiFaults.badRequest('poisoned') },
        { on: 'batch.line', match: 'busy', fault: geminiFaults.exhausted() },
        { on: 'batch.line', match: 'broken', fault: geminiFaults.serverError() },
        { on: 'batch.line', match: 'blocked', fault: geminiFaults.blockedPrompt() },
        { on: 'batch.line', match: 'unsafe', fault: geminiFaults.blockedAnswer('SAFETY') },
        { on: 'batch.line', match: 'none', fault: geminiFaults.lineError() },
        { on: 'batch.line', match: 'plain', fault: geminiFaults.plainText() },
        { on: 'batch.line', match: 'lost', fault: geminiFaults.keylessLine() },
      ],
    });
    const names = ['good', 'bad', 'busy', 'broken', 'blocked', 'unsafe', 'none', 'plain', 'lost'];
    const { batchId } = await create(
      native,
      shardOf(
        native,
        names.map((name) => item(name)),
      ),
    );
    clock.advance(1_000);
    const results = await readAll(native, await poll(native, batchId));
    const said = results.map((result) => [
      result.key === null ? null : names[Number(result.key.slice(1)) - 1],
      result.kind === 'error' ? result.error.code : result.kind,
    ]);
    expect(said).toEqual([
      ['good', 'ok'],
      ['bad', 'invalid_request'],
      ['busy', 'rate_limited'],
      ['broken', 'server_error'],
      ['blocked', 'content_filtered'],
      ['unsafe', 'content_filtered'],
      ['none', 'server_error'],
      ['plain', 'invalid_response'],
      [null, 'unreadable'],
    ]);
  });

  it.each(['BATCH_STATE_', 'JOB_STATE_'] as const)(
    'reads the states of %s, to an end without results',
    async (statePrefix) => {
      await start({ batches: { statePrefix, runMsPerRequest: 1_000 } });
      const { batchId } = await create(native, shardOf(native, questions(10)));
      expect(await poll(native, batchId)).toMatchObject({ status: 'queued', said: `${statePrefix}PENDING` });
      clock.advance(5_050);
      expect(await poll(native, batchId)).toMatchObject({
        status: 'running',
        counts: { total: 10, completed: 5, failed: 0 },
      });
      server.setBatches({ stuckIn: 'running' });
      const stuck = await create(native, shardOf(native, questions(1), { marker: { ...marker, shard: 4 } }));
      clock.advance(49 * 3_600_000);
      expect(await poll(native, stuck.batchId)).toMatchObject({ status: 'expired', outputs: [], faults: [] });
      expect(await poll(native, batchId)).toMatchObject({ status: 'completed', said: `${statePrefix}SUCCEEDED` });
    },
  );

  it('says why a batch failed, and which lines it was', async () => {
    await start();
    const good = native.line(item('x'), 'i1').text;
    const text = `${good}\n{"key":"i2"}\n`;
    const bad = await create(native, {
      ...shardOf(native, questions(1)),
      ...{ lines: () => [text], bytes: Buffer.byteLength(text) },
    });
    server.setBatches({ failWith: [{ code: 'X', message: 'Nobody knows.' }] });
    const odd = await create(native, shardOf(native, questions(1), { marker: { ...marker, shard: 4 } }));
    clock.advance(1_000);
    expect(await poll(native, bad.batchId)).toMatchObject({
      status: 'failed',
      faults: [
        { kind: 'line', line: 2, code: 'INVALID_ARGUMENT', message: expect.stringContaining('Failed to parse line 2') },
      ],
    });
    expect((await poll(native, odd.batchId)).faults).toEqual([
      { kind: 'batch', code: 'INVALID_ARGUMENT', message: 'Nobody knows.' },
    ]);
  });

  it.each([
    ['429', geminiFaults.exhausted(), { kind: 'quota' }],
    ['429 with RetryInfo', geminiFaults.rateLimit({ waitMs: 3_000 }), { kind: 'quota', waitMs: 3_000 }],
    ['the quota of the day', geminiFaults.dailyQuota(), { kind: 'stop', status: 'paused', code: 'daily_quota' }],
    ['a wrong key', geminiFaults.invalidKey(), { kind: 'stop', code: 'auth' }],
    ['403', geminiFaults.forbidden(), { kind: 'stop', code: 'auth' }],
    ['400', geminiFaults.badRequest(), { kind: 'fail' }],
    ['a file that is not ready', geminiFaults.badRequest('The File x is not in an ACTIVE state.'), { kind: 'retry' }],
    ['404 of a model', geminiFaults.notFound(), { kind: 'fail' }],
    ['500', geminiFaults.serverError(), { kind: 'ambiguous' }],
    ['503', geminiFaults.overloaded(), { kind: 'ambiguous' }],
    ['a reset', geminiFaults.reset(), { kind: 'ambiguous' }],
    ['a cut answer', geminiFaults.cut(), { kind: 'ambiguous' }],
    ['half a JSON', geminiFaults.truncatedJson(), { kind: 'ambiguous' }],
    ['an empty answer', geminiFaults.emptyBody(), { kind: 'ambiguous' }],
  ])('a create that ends in %s', async (_what, fault, verdict) => {
    await start({ faults: [{ on: 'batches.create', fault }] });
    expect(await failing(native, 'submit', native.submit(shardOf(native, questions(1)), within()))).toMatchObject(
      verdict,
    );
    expect(server.ledger.entries.filter(({ operation }) => operation === 'batches.create')).toHaveLength(1);
  });

  it('puts a shard back for enqueued tokens and for batches at once', async () => {
    await start({ batches: { enqueuedTokens: 3 } });
    const submission = shardOf(native, questions(5));
    expect(await failing(native, 'submit', native.submit(submission, within()))).toMatchObject({ kind: 'quota' });
    server.setBatches({ enqueuedTokens: 1e6, maxConcurrent: 0 });
    expect(await failing(native, 'submit', native.submit(submission, within()))).toMatchObject({ kind: 'quota' });
  });

  it.each([
    ['files.create', geminiFaults.serverError(), 'retry'],
    ['files.upload', geminiFaults.reset(), 'retry'],
    ['files.upload', geminiFaults.emptyBody(), 'retry'],
    ['files.upload', geminiFaults.badRequest(), 'fail'],
  ] as const)('an upload that fails at %s leaves no batch in doubt', async (on, fault, kind) => {
    await start({ faults: [{ on, fault }] });
    expect(await failing(native, 'submit', native.submit(shardOf(native, questions(1)), within()))).toMatchObject({
      kind,
    });
    expect(server.ledger.batches).toEqual([]);
  });

  it('asks for a new upload where the file is gone after 48 hours', async () => {
    await start();
    const { inputFileId } = await create(native, shardOf(native, questions(1)));
    clock.advance(49 * 3_600_000);
    const submission = shardOf(native, questions(1), { fileId: inputFileId });
    expect(await failing(native, 'submit', native.submit(submission, within()))).toMatchObject({ kind: 'gone' });
    expect((await create(native, { ...submission, fileId: undefined })).inputFileId).toBe(inputFileId);
    expect(await failing(native, 'results', native.results('files/none', 0, within()))).toMatchObject({ kind: 'gone' });
  });

  it('survives a cut in the middle of a download, and goes on after it', async () => {
    await start();
    const { batchId } = await create(native, shardOf(native, questions(900)));
    clock.advance(1_000);
    const [output = ''] = (await poll(native, batchId)).outputs;
    const whole = await read(native, output);
    for (const rangeSupport of [false, true]) {
      server.setBatches({ rangeSupport });
      server.setFaults([{ on: 'files.content', fault: geminiFaults.cut(), times: 1 }]);
      const got: unknown[] = [];
      let offset = 0;
      const errors: unknown[] = [];
      while (got.length < whole.length) {
        await new Promise<void>((resolve) => {
          from(native.results(output, offset, within())).subscribe({
            next: (page) => {
              got.push(...page.results);
              offset = page.offset;
            },
            error: (error: unknown) => {
              errors.push(error);
              resolve();
            },
            complete: () => resolve(),
          });
        });
      }
      expect(got).toEqual(whole);
      expect(errors.map((error) => native.classify(error, 'results').kind)).toEqual(['retry']);
    }
  });

  it('finds its batches on every page', async () => {
    await start({ batches: { maxConcurrent: 1_000 } });
    const submission = shardOf(native, questions(1));
    const { inputFileId } = await create(native, submission);
    const headers = { 'x-goog-api-key': key, 'content-type': 'application/json' };
    for (let n = 0; n < 120; n++) {
      const body = JSON.stringify({
        batch: { displayName: `of another ${n}`, inputConfig: { fileName: inputFileId } },
      });
      await fetch(`${server.url}/v1beta/models/m:batchGenerateContent`, { method: 'POST', headers, body });
    }
    // Without a display name, only its file says whose it is.
    const body = JSON.stringify({ batch: { inputConfig: { fileName: inputFileId } } });
    await fetch(`${server.url}/v1beta/models/m:batchGenerateContent`, { method: 'POST', headers, body });
    const ours = await listOf(native.find('run-1', within()));
    expect(ours).toHaveLength(122);
    expect(ours.every((batch) => batch.marker?.content === 'c0ffee')).toBe(true);
    expect(await listOf(native.find('run-2', within()))).toEqual([]);
  });

  it('reads answers that come inline, by the key in their metadata', async () => {
    await start();
    const requests = [1, 2, 3].map((n) => ({
      request: { contents: [{ parts: [{ text: `question ${n}` }] }] },
      metadata: { key: `i${n}` },
    }));
    const made = await fetch(`${server.url}/v1beta/models/m:batchGenerateContent`, {
      method: 'POST',
      headers: { 'x-goog-api-key': key, 'content-type': 'application/json' },
      body: JSON.stringify({ batch: { displayName: 'x', inputConfig: { requests: { requests } } } }),
    });
    const { name } = (await made.json()) as { name: string };
    clock.advance(1_000);
    const batch = await poll(native, name);
    expect(batch.outputs).toEqual([`inline:${name}`]);
    expect((await readAll(native, batch)).map((result) => [result.key, result.kind])).toEqual([
      ['i1', 'ok'],
      ['i2', 'ok'],
      ['i3', 'ok'],
    ]);
    expect((await read(native, batch.outputs[0]!, 2)).map((result) => result.key)).toEqual(['i3']);
    expect(await listOf(native.cleanUp(batch.outputs, within()))).toEqual([]);
  });

  it('sends schemas in the form that batches honour', async () => {
    await start({ batches: { jsonSchemaInBatch: 'degenerate' } });
    const schema = { type: 'object', properties: { name: { type: ['string', 'null'] } }, required: ['name'] };
    const asked = item('who', { params: { responseMimeType: 'application/json', responseJsonSchema: schema } });
    const { generationConfig } = JSON.parse(native.line(asked, 'i1').text).request;
    expect(generationConfig).toEqual({
      responseMimeType: 'application/json',
      responseSchema: { type: 'OBJECT', properties: { name: { type: 'STRING', nullable: true } }, required: ['name'] },
    });
    const { batchId } = await create(native, shardOf(native, [asked]));
    clock.advance(1_000);
    const [result] = await readAll(native, await poll(native, batchId));
    expect(result).toMatchObject({ kind: 'ok', output: expect.stringContaining('name') });
  });

  it('embeds one content a line, told by its place where the key is lost', async () => {
    await start({ batches: { embeddingKeys: false } }, { endpoint: 'embedContent' });
    const submission = shardOf(native, [item('one'), item({ contents: ['two'] }), item('three')]);
    const { batchId } = await create(native, submission);
    expect(server.ledger.entries.at(-1)!.path).toBe('/v1beta/models/gemini-2.5-flash:asyncBatchEmbedContent');
    clock.advance(1_000);
    const [output = ''] = (await poll(native, batchId)).outputs;
    const results = await read(native, output);
    expect(results).toMatchObject(
      [0, 1, 2].map((position) => ({ key: null, kind: 'unkeyed', position, outcome: { kind: 'ok' } })),
    );
    expect(() => native.line(item({ contents: ['a', 'b'] }), 'i1')).toThrow('embeds one content, this item has 2');
  });

  it('counts the places of embeddings from the start, wherever it goes on', async () => {
    await start({ batches: { embeddingKeys: false, rangeSupport: true } }, { endpoint: 'embedContent' });
    const { batchId } = await create(native, shardOf(native, questions(600)));
    clock.advance(1_000);
    const [output = ''] = (await poll(native, batchId)).outputs;
    const pages = await listOf(native.results(output, 0, within()));
    const rest = await read(native, output, pages[0]!.offset);
    expect(rest[0]).toMatchObject({ kind: 'unkeyed', position: 256 });
    expect(rest).toEqual(pages.slice(1).flatMap((page) => page.results));
  });

  it('gives one vector, or an array with one, as was asked for', async () => {
    await start({}, { endpoint: 'embedContent' });
    const { batchId } = await create(native, shardOf(native, [item('one'), item({ contents: ['two'] })]));
    clock.advance(1_000);
    const results = await readAll(native, await poll(native, batchId));
    expect(results).toMatchObject([
      { key: 'i1', output: expect.arrayContaining([expect.any(Number)]) },
      { key: 'i2', output: [expect.any(Array)] },
    ]);
  });
});
