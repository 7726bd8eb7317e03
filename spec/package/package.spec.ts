import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { Consumer, listTarball, manifest, pack, root, subpaths } from './consumer.js';

/** The public values. A change here is a decision. */
const exported: Readonly<Record<string, readonly string[]>> = {
  'openapi-batch': [
    'BatchClient',
    'BatchError',
    'DONE',
    'IDLE',
    'OptionsError',
    'ProviderError',
    'failureVerdict',
    'filterFailed',
    'filterOk',
    'gemini',
    'isBatchError',
    'latestProgress',
    'localEcho',
    'mapBatch',
    'mergePull',
    'ofType',
    'openai',
    'persistTo',
    'rateLimit',
    'rateLimiter',
    'readJsonl',
    'retryWithBackoff',
    'sqliteStore',
  ],
  'openapi-batch/browser': [
    'BatchError',
    'OptionsError',
    'RemoteBatchClient',
    'filterFailed',
    'filterOk',
    'isBatchError',
    'latestProgress',
    'ofType',
  ],
  'openapi-batch/http': ['createHandler', 'toNodeListener'],
  'openapi-batch/testing': [
    'FakeServer',
    'ManualClock',
    'afterwards',
    'completeEvent',
    'describeNative',
    'describeProvider',
    'describeStore',
    'failedEvent',
    'geminiFaults',
    'itemEvent',
    'openaiFaults',
    'progressEvent',
    'progressSnapshot',
    'scriptedProvider',
    'startFakeGemini',
    'startFakeOpenAI',
  ],
};

/** What a program in TypeScript uses of the package; compiled as an ES module and as CommonJS. */
const typed = `
import { BatchClient, filterOk, isBatchError, mapBatch, ofType, readJsonl, type BatchEvent, type Provider, type Result } from 'openapi-batch';
import { RemoteBatchClient, type BatchClientApi, type RemoteBatchJob } from 'openapi-batch/browser';
import { createHandler, toNodeListener, type Handler, type WireJob } from 'openapi-batch/http';
import { scriptedProvider, startFakeOpenAI } from 'openapi-batch/testing';
import { createServer } from 'node:http';
import { from, lastValueFrom, type Observable } from 'rxjs';

const provider: Provider<string> = { name: 'mine', request: async ({ itemId }) => ({ output: itemId }) };
export async function run(): Promise<Record<string, Result<string>>> {
  const client = new BatchClient({ provider, db: ':memory:' });
  const job = client.map<string>({ items: readJsonl('requests.jsonl') });
  const events$: Observable<BatchEvent<string>> = job;
  events$.pipe(ofType('item')).subscribe((event) => event.itemId.toUpperCase());
  from([{ input: 'a' }]).pipe(mapBatch<string>(client), filterOk()).subscribe(({ output }) => output.toUpperCase());
  // @ts-expect-error There is no such option.
  client.map({ items: [], concurency: 1 });
  const { status } = await lastValueFrom(job) as { status: string };
  return isBatchError(status) ? {} : await job.resultsDict();
}
export function serve(client: BatchClient): void {
  const handler: Handler = createHandler({ client, authorize: async () => ({ name: 'ann' }) });
  createServer(toNodeListener(handler)).listen(0);
}
export const jobIdOf = ({ info }: WireJob): string => info.jobId;
export const remote: BatchClientApi = new RemoteBatchClient({ baseURL: '/batches', token: async () => 'x' });
export const watch = (job: RemoteBatchJob<string>): Promise<unknown> => job.items({ search: 'x' });
export const kit = [scriptedProvider, startFakeOpenAI];
`;

const compilerOptions = {
  target: 'es2022',
  lib: ['es2022', 'esnext.disposable'],
  module: 'nodenext',
  moduleResolution: 'nodenext',
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  noEmit: true,
  types: ['node'],
};

// Every test starts programs, which take their time on a busy machine.
jest.setTimeout(120_000);

describe('the packed package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'openapi-batch-pack-'));
  const consumers: Consumer[] = [];
  let tarball: string;

  const consumer = (...packages: readonly string[]): Consumer => {
    const made = new Consumer(tarball, packages);
    consumers.push(made);
    return made;
  };

  beforeAll(() => {
    tarball = pack(folder);
  });

  afterAll(() => {
    consumers.forEach((made) => made.remove());
    rmSync(folder, { recursive: true, force: true });
  });

  it('contains both builds, their types and sources, and nothing of the workshop', () => {
    const files = listTarball(tarball);
    expect(files).toEqual(
      expect.arrayContaining([
        'package.json',
        'README.md',
        'LICENSE',
        'CHANGELOG.md',
        'lib/index.ts',
        'dist/cjs/index.js',
        'dist/cjs/index.d.ts',
        'dist/esm/index.js',
        'dist/esm/index.d.ts',
        'dist/esm/package.json',
        'dist/cjs/cli/main.js',
        'dist/cjs/callbacks/callback-worker.cjs',
        'dist/esm/callbacks/callback-worker.cjs',
        'dist/page/index.html',
        'dist/page/main.js',
        'dist/page/styles.css',
      ]),
    );
    const known = /^(dist\/(cjs|esm|page)|lib)\/|^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/;
    expect(files.filter((file) => !known.test(file))).toEqual([]);
    expect(files.filter((file) => file.endsWith('.tsbuildinfo'))).toEqual([]);
  });

  it('exports the same values to require and to import, on every subpath', () => {
    const app = consumer('better-sqlite3');
    expect(subpaths).toEqual(Object.keys(exported));
    for (const path of subpaths) {
      const keys = `console.log(JSON.stringify(Object.keys(found).filter((key) => key !== 'default' && key !== 'module.exports').sort()))`;
      const required = app.run('keys.cjs', `const found = require('${path}'); ${keys}`);
      const imported = app.run('keys.mjs', `import * as found from '${path}'; ${keys}`);
      expect(JSON.parse(required)).toEqual(exported[path]);
      expect(JSON.parse(imported)).toEqual(exported[path]);
    }
  });

  it('has two builds that know each other: errors of one are recognised by the other', () => {
    const app = consumer('better-sqlite3');
    const script = `
      import { createRequire } from 'node:module';
      import * as esm from 'openapi-batch';
      const cjs = createRequire(import.meta.url)('openapi-batch');
      const provider = { name: 'mine', request() { throw new cjs.ProviderError(cjs.failureVerdict('too_large', 'no')); } };
      const client = new esm.BatchClient({ provider, db: ':memory:' });
      const job = client.map({ items: [{ itemId: 'a', input: 'x' }] });
      await job.wait();
      const { a } = await job.resultsDict();
      await client.close();
      console.log(JSON.stringify([
        esm.BatchError === cjs.BatchError,
        esm.isBatchError(new cjs.OptionsError('x')),
        cjs.isBatchError(new esm.BatchError('paused', 'x')),
        a.error.code,
      ]));`;
    expect(JSON.parse(app.run('both.mjs', script))).toEqual([false, true, true, 'too_large']);
  });

  it.each([
    ['cjs', "const { BatchClient } = require('openapi-batch');"],
    ['mjs', "import { BatchClient } from 'openapi-batch';"],
  ])('runs a batch, and callbacks in threads, as %s', (extension, opening) => {
    const app = consumer('better-sqlite3');
    app.write('callbacks.mjs', 'export const onItem = (job, itemId) => console.log(job.jobId, itemId);');
    const script = `${opening}
      const client = new BatchClient({ db: 'batches.sqlite' });
      const job = client.map({ jobId: 'j', items: [{ itemId: 'a', input: 'x' }], callbackExecutor: 'thread', callbackModule: './callbacks.mjs' });
      job.wait().then(({ ok }) => client.close().then(() => console.log(ok)));`;
    expect(app.run(`run.${extension}`, script).split('\n')).toEqual(['j a', '1']);
  });

  it('loads without better-sqlite3, and says what is missing when a client is made', () => {
    const script = `const { BatchClient, isBatchError } = require('openapi-batch');
      try { new BatchClient({ db: 'x.sqlite' }); } catch (error) { console.log(isBatchError(error), error.code, error.message); }`;
    expect(consumer().run('store.cjs', script)).toMatch(/^true store_missing_module .*npm install better-sqlite3/);
  });

  it.each([
    ['openai', 'npm install openai'],
    ['gemini', 'npm install @google/genai'],
  ])('works without the SDK of %s, and says what is missing when a job needs it', (provider, advice) => {
    const script = `const { BatchClient, isBatchError } = require('openapi-batch');
      const client = new BatchClient({ provider: '${provider}', apiKey: 'k', defaultModel: 'm', db: ':memory:' });
      try { client.map({ items: [] }); } catch (error) { console.log(isBatchError(error), error.code, error.message); }
      client.close();`;
    const said = consumer('better-sqlite3').run('sdk.cjs', script);
    expect(said).toMatch(/^true sdk_missing /);
    expect(said).toContain(advice);
  });

  it.each([
    ['an import', "import { BatchClient, filterOk, ofType } from 'openapi-batch';"],
    ['a require', "const { BatchClient, filterOk, ofType } = require('openapi-batch');"],
  ])('says in a bundle for browsers what to use there, and works as far as it can: %s', async (_, opening) => {
    const app = consumer();
    const script = `${opening}
      import { of } from 'rxjs';
      of({ type: 'item', result: { ok: true, output: 1 } }).pipe(ofType('item')).subscribe(({ type }) => console.log(type));
      try { new BatchClient({ db: 'x' }); } catch (error) { console.log(error.message); }`;
    const { outputFiles } = await build({
      entryPoints: [app.write('app.js', script)],
      ...{ bundle: true, write: false, platform: 'browser', format: 'cjs', logLevel: 'silent' },
    });
    expect(outputFiles[0]?.text).not.toMatch(/node:|better-sqlite3/);
    const said = app.run('bundle.cjs', outputFiles[0]?.text ?? '').split('\n');
    expect(said).toEqual([
      'item',
      expect.stringMatching(/^new BatchClient\(\) needs Node\.js.* RemoteBatchClient of "openapi-batch\/browser"/),
    ]);
  });

  it('has a command line', () => {
    const app = consumer('better-sqlite3');
    const main = join(app.folder, 'node_modules/openapi-batch/dist/cjs/cli/main.js');
    expect(app.node(main, '--version')).toBe(manifest.version);
    app.write('requests.jsonl', '{"itemId":"a","input":"hello"}\n');
    const { status, stdout } = app.spawn(main, 'run', 'requests.jsonl', '--provider', 'local_echo', '-o', '-');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ itemId: 'a', ok: true, output: 'hello' });
  });

  it('has types that an ES module and a CommonJS consumer compile, libraries checked too', () => {
    const app = consumer('@types/node', 'undici-types');
    app.write('esm.mts', typed);
    app.write('cjs.cts', typed);
    app.write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.mts', '*.cts'] }));
    const { status, stdout } = app.spawn(join(root, 'node_modules/typescript/bin/tsc'), '-p', app.folder);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });

  it('works in a Jest project, in virtual time', () => {
    const app = consumer('better-sqlite3');
    app.write('jest.config.js', 'module.exports = {};');
    app.write(
      'batch.test.js',
      `const { BatchClient, ofType } = require('openapi-batch');
       const { scriptedProvider } = require('openapi-batch/testing');
       const { TestScheduler } = require('rxjs/testing');
       const { map } = require('rxjs');
       test('an answer after a minute', () => {
         new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(({ cold, expectObservable }) => {
           const client = new BatchClient({ provider: scriptedProvider({ a: cold('60s a|') }), db: ':memory:' });
           const job = client.map({ items: [{ itemId: 'a', input: 'x' }] });
           expectObservable(job.pipe(ofType('item'), map((event) => event.result.output))).toBe('60s (a|)');
         });
       });`,
    );
    const { status, stderr } = app.spawn(join(root, 'node_modules/jest/bin/jest.js'), '--rootDir', app.folder);
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining('1 passed') as unknown });
  });

  it('has nothing publint or attw would object to', () => {
    const app = consumer();
    const inside = join(app.folder, 'node_modules/openapi-batch');
    const publint = app.spawn(join(root, 'node_modules/publint/src/cli.js'), inside, '--strict', '--pack', 'false');
    expect({ status: publint.status, said: publint.stdout }).toEqual({
      status: 0,
      said: expect.stringContaining('All good!') as unknown,
    });
    const attw = app.spawn(join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js'), tarball, '--format', 'json');
    expect({ status: attw.status, stdout: attw.status === 0 ? '' : attw.stdout }).toEqual({ status: 0, stdout: '' });
  });
});
