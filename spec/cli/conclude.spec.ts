import { conclude, type Ending } from '../../lib/cli/conclude.js';
import { summarize } from '../../lib/cli/summarize.js';
import { describeJob } from '../../lib/cli/commands/show-status.js';
import { inCommandWords } from '../../lib/cli/command-words.js';
import { CommandFailure } from '../../lib/cli/failure.js';
import { ReaderGone } from '../../lib/cli/output/line-sink.js';
import { BatchError } from '../../lib/core/errors.js';
import type { JobInfo } from '../../lib/core/job.js';
import { info, progress } from './support/fixtures.js';

const completed = {
  ...progress,
  status: 'completed',
  total: 120,
  failed: 0,
  ok: 120,
  pending: 0,
  inFlight: 0,
} as const;
const base: Ending = {
  jobId: 'j',
  stop: { progress: completed },
  info,
  outputError: undefined,
  signal: undefined,
  elapsedMs: 14_000,
  now: 0,
  context: {},
  repeatable: true,
};
const done = 'completed: 120 items, 120 ok, 0 failed; 12,345 tokens in, 678 out; 14 s';
const resetAt = new Date(2026, 10, 23, 8).getTime();
const daily = (until?: number): BatchError => new BatchError('daily_quota', 'Limit 200, Used 200.', { until });
const damage = new BatchError(
  'store_corrupt',
  'f is damaged (page 3); restore it from a copy, or read what is left of a job with: openapi-batch results j --salvage --db f',
);
const paused = { error: new BatchError('paused', 'Paused') };
const goOn = 'go on with: openapi-batch resume j';

describe('conclude', () => {
  it.each<[string, Partial<Ending>, number, string[]]>([
    ['all ok, no output', {}, 0, [done, 'results: openapi-batch results j']],
    ['all ok, to a file', { context: { output: 'o.jsonl' } }, 0, [done, 'results: o.jsonl']],
    ['all ok, to stdout', { context: { output: '-' } }, 0, [done]],
    [
      'some failed',
      { stop: { progress: { ...completed, ok: 117, failed: 3 } }, context: { db: 'x' } },
      1,
      [
        'completed: 120 items, 117 ok, 3 failed; 12,345 tokens in, 678 out; 14 s',
        'results: openapi-batch results j --db x',
        'send the failed ones again: openapi-batch retry j --db x',
      ],
    ],
    [
      'cancelled',
      { stop: { progress: { ...completed, status: 'cancelled', pending: 5 } }, context: { output: '-' } },
      3,
      [expect.stringMatching(/^cancelled: .* 5 not sent/), 'take up the rest: openapi-batch resume j -o -'],
    ],
    [
      'Ctrl-C',
      { stop: paused, signal: 'SIGINT', context: { output: 'o' } },
      130,
      ['paused: 120 of 2,000 done, 3 failed', `${goOn} -o o`],
    ],
    ['SIGTERM', { stop: paused, signal: 'SIGTERM' }, 143, ['paused: 120 of 2,000 done, 3 failed', goOn]],
    [
      'Ctrl-C while the input is read',
      { stop: paused, signal: 'SIGINT', info: { ...info, inputComplete: false } },
      130,
      [
        'paused: 120 of 2,000 done, 3 failed',
        'the input was not read to its end; go on with the same command again, or without the rest: openapi-batch resume j --partial',
      ],
    ],
    ['Ctrl-C too late', { signal: 'SIGINT', context: { output: 'o' } }, 0, [done, 'results: o']],
    [
      'paused by another',
      { stop: { error: new BatchError('paused', 'Paused by another process') } },
      3,
      ['Paused by another process (120 of 2,000 done, 3 failed)', goOn],
    ],
    [
      'wrong key',
      { stop: { error: new BatchError('auth', 'The key is wrong') } },
      3,
      ['The key is wrong (120 of 2,000 done, 3 failed)', goOn],
    ],
    [
      'the day’s quota, with the time of its reset',
      { stop: { error: daily(resetAt) }, now: resetAt - 192 * 60_000, context: { output: 'o' } },
      3,
      [
        "paused: the day's quota is used up (120 of 2,000 done, 3 failed): Limit 200, Used 200.",
        'resets at 2026-11-23 08:00 (in 3 h 12 min); then: openapi-batch resume j -o o',
      ],
    ],
    [
      'the day’s quota, within the minute, while the input is read',
      { stop: { error: daily(resetAt + 1) }, now: resetAt, info: { ...info, inputComplete: false } },
      3,
      [
        expect.stringMatching(/^paused: the day's quota/),
        'resets at 2026-11-23 08:01 (in 1 s)',
        expect.stringMatching(/^the input was not read to its end; go on with/),
      ],
    ],
    ['the day’s quota, without a time', { stop: { error: daily() } }, 3, [expect.stringMatching(/^paused: /), goOn]],
    [
      'bad line',
      { stop: { error: new BatchError('invalid_item', 'a.jsonl:7: not JSON') }, info: undefined },
      2,
      ['a.jsonl:7: not JSON'],
    ],
    [
      'busy',
      { stop: { error: new BatchError('job_busy', 'Busy') } },
      3,
      ['Busy', 'look at it with: openapi-batch status j'],
    ],
    [
      'disk full under the results, job done',
      { outputError: new CommandFailure('cannot write o: no space', 3), context: { output: 'o' } },
      3,
      [done, 'cannot write o: no space; the results are kept, write them with: openapi-batch results j -o o'],
    ],
    [
      'disk full under --follow',
      {
        stop: paused,
        outputError: new CommandFailure('cannot write o: no space', 3),
        context: { output: 'o', follow: true },
      },
      3,
      ['cannot write o: no space; the job is paused: 120 of 2,000 done, 3 failed', `${goOn} -o o --follow`],
    ],
    ['reader gone, job done', { outputError: new ReaderGone('x'), context: { output: '-' } }, 0, [done]],
    [
      'reader gone, job paused',
      { stop: paused, outputError: new ReaderGone('x') },
      3,
      [expect.stringMatching(/^the reader of the results has left; the job is paused/), goOn],
    ],
    [
      'a broken store',
      { stop: { error: new BatchError('store_corrupt', 'Corrupt') }, info: undefined },
      3,
      ['Corrupt (job j)', goOn],
    ],
    [
      'a damaged database',
      { stop: { error: damage }, context: { db: 'x y' } },
      3,
      [
        'f is damaged (page 3); restore it from a copy (120 of 2,000 done, 3 failed)',
        "read what is left of it with: openapi-batch results j --salvage --db 'x y'",
      ],
    ],
    [
      'results that cannot be read any more',
      { outputError: damage },
      3,
      [
        done,
        'f is damaged (page 3); restore it from a copy; the results are kept, write them with: openapi-batch results j --salvage',
      ],
    ],
  ])('%s', (_name, change, exitCode, lines) => {
    const conclusion = conclude({ ...base, ...change });
    expect(conclusion.exitCode).toBe(exitCode);
    expect(conclusion.lines).toEqual(lines);
  });

  it('is one document for machines', () => {
    const ending: Ending = { ...base, stop: { error: new BatchError('auth', 'No') }, context: { output: 'o' } };
    expect(summarize(ending, conclude(ending))).toMatchObject({
      type: 'summary',
      jobId: 'j',
      exitCode: 3,
      status: 'paused',
      total: 2_000,
      ok: 117,
      failed: 3,
      pending: 1_880,
      output: 'o',
      error: { code: 'auth', message: 'No' },
      next: [`${goOn} -o o`],
    });
  });

  it('has the time from which going on has a chance', () => {
    const ending = { ...base, stop: { error: daily(resetAt) } };
    expect(summarize(ending, conclude(ending))).toMatchObject({ error: { code: 'daily_quota', until: resetAt } });
  });
});

it.each([
  [
    'The provider "openai" needs an API key: set OPENAI_API_KEY, or pass the option "apiKey"',
    'The provider "openai" needs an API key: set OPENAI_API_KEY',
  ],
  [
    'no model: set "model" on the item, the job or in the body, or "defaultModel" on the client',
    'no model: give --model, or "model" on the line',
  ],
  [
    '6 items failed, more than maxFailures (5); the last said: no',
    '6 items failed, more than --max-failures 5; the last said: no',
  ],
  [
    'The input of job "j" was never read to its end; go on with the same map({ jobId: "j", items }), or ...',
    'The input of job "j" was never read to its end',
  ],
  [
    'Job "j" was interrupted; go on with client.resume("j"), or with the same map({ jobId, items })',
    'Job "j" was interrupted',
  ],
  ['anything else', 'anything else'],
])('in command words: %s', (message, words) => expect(inCommandWords(message)).toBe(words));

describe('describeJob', () => {
  it.each<[Partial<JobInfo>, RegExp[], RegExp]>([
    [
      { status: 'interrupted' },
      [/^status +interrupted$/m, /^go on +openapi-batch resume j$/m, /^results +openapi-batch results j$/m],
      /retry/,
    ],
    [
      { status: 'paused', reason: { code: 'paused', message: 'Too many failures' } },
      [/^status +paused: Too many failures$/m],
      /retry/,
    ],
    [
      {
        status: 'paused',
        reason: { code: 'daily_quota', message: 'Used 200', until: new Date(2026, 0, 2, 8).getTime() },
      },
      [/^status +paused: Used 200$/m, /^resets at +2026-01-02 08:00 \(in .*\)$/m],
      /retry/,
    ],
    [{ status: 'interrupted', inputComplete: false }, [/not read to its end/, /the same run command again/], /retry/],
    [
      { status: 'running', owner: { pid: 7, host: 'box' } },
      [/^owner +process 7 on box$/m, /^pace +117 ok/m],
      /go on|results/,
    ],
    [{ status: 'completed' }, [/^retry +openapi-batch retry j$/m], /go on/],
  ])('%j', (change, expected, unexpected) => {
    const text = describeJob({ ...info, ...change }, progress, {}, 0);
    for (const pattern of expected) expect(text).toMatch(pattern);
    expect(text).not.toMatch(unexpected);
  });
});
