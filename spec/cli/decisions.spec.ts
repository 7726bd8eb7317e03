import { chooseProvider } from '../../lib/cli/choose-provider.js';
import { exitCodeOf, exitCodeOfEnd } from '../../lib/cli/exit-code.js';
import { CommandFailure } from '../../lib/cli/failure.js';
import { jobName, pipedJobName } from '../../lib/cli/job-name.js';
import { nextCommand } from '../../lib/cli/next-command.js';
import { shellWord } from '../../lib/core/shell-word.js';
import { table } from '../../lib/cli/table.js';
import { BatchError, OptionsError } from '../../lib/core/errors.js';

describe('chooseProvider', () => {
  const openai = { OPENAI_API_KEY: 'k' };
  const gemini = { GEMINI_API_KEY: 'k' };
  const both = { ...openai, ...gemini };
  it.each<[string, Parameters<typeof chooseProvider>[0], object]>([
    ['asked for', { provider: 'gemini', env: openai }, { provider: 'gemini', endpoint: 'generateContent' }],
    [
      'echo has one endpoint',
      { provider: 'local_echo', lineEndpoint: '/v1/embeddings', env: {} },
      { provider: 'local_echo', endpoint: undefined },
    ],
    ['OpenAI key', { env: openai }, { provider: 'openai', endpoint: '/v1/chat/completions' }],
    ['Gemini key', { env: gemini }, { provider: 'gemini', endpoint: 'generateContent' }],
    [
      'empty key is none',
      { env: { OPENAI_API_KEY: '', ...gemini } },
      { provider: 'gemini', endpoint: 'generateContent' },
    ],
    ['by the endpoint', { endpoint: '/v1/embeddings', env: both }, { provider: 'openai', endpoint: '/v1/embeddings' }],
    ['by the line', { lineEndpoint: '/v1/responses', env: both }, { provider: 'openai', endpoint: '/v1/responses' }],
    [
      'by a Gemini line',
      { lineEndpoint: 'embedContent', env: openai },
      { provider: 'gemini', endpoint: 'embedContent' },
    ],
    [
      'option before line',
      { endpoint: '/v1/responses', lineEndpoint: '/v1/embeddings', env: openai },
      { provider: 'openai', endpoint: '/v1/responses' },
    ],
    [
      "another provider's line",
      { provider: 'openai', lineEndpoint: 'generateContent', env: {} },
      { provider: 'openai', endpoint: '/v1/chat/completions' },
    ],
  ])('%s', (_name, hints, choice) => expect(chooseProvider(hints)).toEqual(choice));

  it.each<[Readonly<Record<string, string>>, RegExp]>([
    [{}, /neither OPENAI_API_KEY nor GEMINI_API_KEY is set$/],
    [both, /are both set$/],
  ])('refuses to guess from %j', (env, message) => {
    expect(() => chooseProvider({ env })).toThrow(message);
    expect(() => chooseProvider({ env })).toThrow(/--provider openai, gemini or local_echo/);
  });
});

describe('exit codes', () => {
  it.each<[number, unknown]>([
    [2, new OptionsError('x')],
    [2, new BatchError('invalid_item', 'x')],
    [2, new BatchError('duplicate_item', 'x')],
    [2, new BatchError('item_conflict', 'x')],
    [2, new BatchError('input_failed', 'x')],
    [2, new BatchError('job_conflict', 'x')],
    [2, new BatchError('job_not_found', 'x')],
    [2, new BatchError('missing_api_key', 'x')],
    [2, new BatchError('sdk_missing', 'x')],
    [2, new CommandFailure('x')],
    [3, new CommandFailure('x', 3)],
    [3, new BatchError('auth', 'x')],
    [3, new BatchError('paused', 'x')],
    [3, new BatchError('job_busy', 'x')],
    [3, new BatchError('input_incomplete', 'x')],
    [3, new BatchError('store_locked', 'x')],
    [3, new BatchError('store_corrupt', 'x')],
    [3, new BatchError('disk_full', 'x')],
    [3, new TypeError('x')],
    [3, 'x'],
  ])('%i for %s', (code, error) => expect(exitCodeOf(error)).toBe(code));

  it.each([
    [0, 0, 0],
    [1, 1, 0],
    [3, 0, 5],
    [3, 1, 5],
  ] as const)('%i for an ended job with %i failed and %i pending', (code, failed, pending) =>
    expect(exitCodeOfEnd({ failed, pending })).toBe(code),
  );
});

describe('jobName', () => {
  const identity = { input: '/data/My Requests.jsonl', provider: 'openai', endpoint: '/v1/responses' };
  it('is readable, and the same each time', () => {
    expect(jobName(identity)).toMatch(/^my-requests-[0-9a-f]{10}$/);
    expect(jobName({ ...identity })).toBe(jobName(identity));
  });
  it.each([
    { input: '/data/b/My Requests.jsonl' },
    { provider: 'gemini' },
    { endpoint: '/v1/embeddings' },
    { model: 'm' },
    { baseURL: 'http://x' },
    { mode: 'native' },
  ])('differs with %j', (change) => expect(jobName({ ...identity, ...change })).not.toBe(jobName(identity)));
  it('copes with any file name', () => {
    expect(jobName({ ...identity, input: '/данные.jsonl' })).toMatch(/^job-/);
    expect(pipedJobName()).not.toBe(pipedJobName());
  });
});

describe('nextCommand', () => {
  it.each<[Parameters<typeof nextCommand>, string]>([
    [['resume', 'j'], 'openapi-batch resume j'],
    [
      ['resume', 'j', { output: 'o.jsonl', follow: true, db: 'x.sqlite', baseURL: 'http://a/v1' }],
      'openapi-batch resume j -o o.jsonl --follow --db x.sqlite --base-url http://a/v1',
    ],
    [
      ['results', 'j', { output: 'o.jsonl', ordered: true, follow: true, baseURL: 'http://a' }],
      'openapi-batch results j -o o.jsonl --ordered',
    ],
    [['status', 'j', { output: 'o.jsonl', db: 'my jobs.sqlite' }], "openapi-batch status j --db 'my jobs.sqlite'"],
    [['retry', '-j'], 'openapi-batch retry -- -j'],
    [['resume', 'j', { db: undefined, output: undefined }], 'openapi-batch resume j'],
  ])('%j', (call, text) => expect(nextCommand(...call)).toBe(text));

  it('quotes for a shell', () => expect(shellWord(`it's; $HOME`)).toBe(`'it'\\''s; $HOME'`));
});

it('table aligns, numbers to the right, one line a row', () => {
  expect(
    table(
      ['A', 'N'],
      [
        ['x\ny', '1'],
        ['z', '1,000'],
      ],
      [1],
    ),
  ).toBe('A        N\nx y      1\nz    1,000\n');
});
