import { parse } from '../../lib/cli/parse.js';

const plain = { db: undefined, json: false };
const watch = { ...plain, output: undefined, ordered: false, follow: false, baseURL: undefined, options: {} };
const run = {
  name: 'run',
  input: 'a.jsonl',
  provider: undefined,
  model: undefined,
  mode: undefined,
  jobId: undefined,
  endpoint: undefined,
  limit: undefined,
  ...watch,
};

const words = (line: string): string[] => (line === '' ? [] : line.split(' '));

describe('parse', () => {
  it.each<[string, object]>([
    ['run a.jsonl', run],
    ['run -', { ...run, input: '-' }],
    ['run a.jsonl -o out.jsonl', { ...run, output: 'out.jsonl' }],
    ['run a.jsonl -o -', { ...run, output: '-' }],
    ['run a.jsonl --output=out.jsonl --follow', { ...run, output: 'out.jsonl', follow: true }],
    ['run a.jsonl --ordered --json', { ...run, ordered: true, json: true }],
    ['run --provider local_echo a.jsonl', { ...run, provider: 'local_echo' }],
    [
      'run a.jsonl --model m --mode emulated --endpoint /v1/responses',
      { ...run, model: 'm', mode: 'emulated', endpoint: '/v1/responses' },
    ],
    ['run a.jsonl --job-id j --db jobs.sqlite --limit 100', { ...run, jobId: 'j', db: 'jobs.sqlite', limit: 100 }],
    ['run a.jsonl --base-url http://localhost:8000/v1', { ...run, baseURL: 'http://localhost:8000/v1' }],
    [
      'run a.jsonl --concurrency 8 --rpm 500 --tpm 1e5 --max-attempts 3',
      { ...run, options: { concurrency: 8, requestsPerMinute: 500, tokensPerMinute: 100_000, maxAttempts: 3 } },
    ],
    ['run a.jsonl --attempt-timeout 90s', { ...run, options: { attemptTimeoutMs: 90_000 } }],
    ['run a.jsonl --attempt-timeout 1.5m', { ...run, options: { attemptTimeoutMs: 90_000 } }],
    ['run a.jsonl --attempt-timeout 250ms', { ...run, options: { attemptTimeoutMs: 250 } }],
    ['run a.jsonl --straggler-factor 4', { ...run, options: { stragglerFactor: 4 } }],
    ['run a.jsonl --rpm 3.5k --tpm 2M', { ...run, options: { requestsPerMinute: 3_500, tokensPerMinute: 2_000_000 } }],
    ['run a.jsonl --attempt-timeout 20', { ...run, options: { attemptTimeoutMs: 20_000 } }],
    [
      'run a.jsonl --max-failures 0 --max-failure-rate 10%',
      { ...run, options: { maxFailures: 0, maxFailureRate: 0.1 } },
    ],
    [
      'run a.jsonl --poll-interval 30s --orphan-wait 5m',
      { ...run, options: { pollIntervalMs: 30_000, orphanWaitMs: 300_000 } },
    ],
    ['run a.jsonl --max-failure-rate 0.25', { ...run, options: { maxFailureRate: 0.25 } }],
    ['resume j', { name: 'resume', jobId: 'j', partial: false, ...watch }],
    ['resume j --partial -o -', { name: 'resume', jobId: 'j', partial: true, ...watch, output: '-' }],
    ['resume -- -j', { name: 'resume', jobId: '-j', partial: false, ...watch }],
    ['retry j --concurrency 2', { name: 'retry', jobId: 'j', ...watch, options: { concurrency: 2 } }],
    ['list', { name: 'list', ...plain }],
    ['list --db x --json', { name: 'list', db: 'x', json: true }],
    ['status j', { name: 'status', jobId: 'j', ...plain }],
    ['cancel j', { name: 'cancel', jobId: 'j', ...plain }],
    ['delete j', { name: 'delete', jobId: 'j', ...plain }],
    [
      'results j',
      { name: 'results', jobId: 'j', only: 'all', output: undefined, ordered: false, salvage: false, ...plain },
    ],
    [
      'results j --only failed --ordered -o f',
      { name: 'results', jobId: 'j', only: 'failed', output: 'f', ordered: true, salvage: false, ...plain },
    ],
  ])('%s', (line, command) => expect(parse(words(line), '1.2.3')).toEqual({ kind: 'command', command }));

  it.each([
    ['', /^Usage: openapi-batch/],
    ['rum a.jsonl', /^unknown command 'rum' \(Did you mean run\?\)$/],
    ['run', /^missing required argument 'requests.jsonl'$/],
    ['run a.jsonl b.jsonl', /^too many arguments/],
    ['run a.jsonl --concurency 3', /^unknown option '--concurency' \(Did you mean --concurrency\?\)$/],
    ['run a.jsonl --concurrency 0', /'--concurrency <n>' argument '0' is invalid. Expected a whole number from 1 up.$/],
    ['run a.jsonl --concurrency ten', /argument 'ten' is invalid/],
    ['run a.jsonl --rpm -5', /argument '-5' is invalid. Expected a number above 0, such as 500, 30k or 2M.$/],
    ['run a.jsonl --max-failure-rate 2', /argument '2' is invalid. Expected a share such as 0.1 or 10%.$/],
    ['run a.jsonl --straggler-factor 1', /Expected a number above 1.$/],
    ['run a.jsonl --tpm 2G', /Expected a number above 0, such as 500, 30k or 2M.$/],
    ['run a.jsonl --attempt-timeout soon', /Expected a time such as 500ms, 30s, 2m or 1h.$/],
    ['run a.jsonl --provider opena1', /argument 'opena1' is invalid. Allowed choices are openai, gemini, local_echo.$/],
    ['run a.jsonl --mode fast', /Allowed choices are auto, native, emulated.$/],
    ['run a.jsonl --base-url example.com', /Expected a URL such as/],
    ['run a.jsonl --base-url https://me:key@example.com', /Keys come from the environment, never from a URL.$/],
    ['run a.jsonl --api-key secret', /^unknown option '--api-key'$/],
    ['run a.jsonl -o', /^option '-o, --output <file>' argument missing$/],
    ['run a.jsonl --follow', /^--follow needs a file/],
    ['run a.jsonl -o x --follow --ordered', /'--ordered' cannot be used with option '--follow'$/],
    ['results j --only bad', /Allowed choices are ok, failed.$/],
    ['status', /^missing required argument 'job-id'$/],
  ])('refuses %s', (line, message) => {
    const parsed = parse(words(line), '1.2.3');
    expect(parsed.kind === 'misuse' ? parsed.message : parsed).toMatch(message);
  });

  it.each([
    ['--version', /^1\.2\.3\n$/],
    ['--help', /Commands:\n +run \[options\] <requests\.jsonl>/],
    ['run --help', /--attempt-timeout <time>/],
    ['help retry', /send the failed items of a job again/],
  ])('answers %s', (line, text) => {
    const parsed = parse(words(line), '1.2.3');
    expect(parsed.kind === 'text' ? parsed.text : parsed).toMatch(text);
  });
});
