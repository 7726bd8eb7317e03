import type { Verdict } from '../../lib/provider/provider.js';
import type { ItemError } from '../../lib/core/result.js';
import { decide, okResult, type Decision, type FailureContext } from '../../lib/run/outcome.js';
import type { WorkItem } from '../../lib/run/work-item.js';
import { failure, outcomeOptions as options, workItem } from './support.js';

const failed = (attempts: number, more: object = {}, error: ItemError = failure): Decision => ({
  kind: 'finish',
  result: { itemId: 'i1', ok: false, error, attempts, ...more },
});

const again = (delayMs: number, failures: number): Decision => ({ kind: 'again', delayMs, failures, error: failure });

describe('what becomes of an item after a failed attempt', () => {
  const retry: Verdict = { kind: 'retry', error: failure };
  const fail: Verdict = { kind: 'fail', error: failure };
  const stop: Verdict = { kind: 'stop', status: 'failed', code: 'auth', error: failure };
  const free = { free: true };

  it.each<[string, Partial<WorkItem>, Verdict, FailureContext, Decision]>([
    ['a first failure is tried again after the backoff', {}, retry, {}, again(100, 1)],
    ['a second after twice that', { failures: 1 }, retry, {}, again(200, 2)],
    ['the last allowed one is final', { failures: 2 }, retry, {}, failed(3)],
    ['a wait asked for is the floor', {}, { ...retry, waitMs: 5_000 }, {}, again(5_100, 1)],
    ['however short it is', {}, { ...retry, waitMs: 5 }, {}, again(105, 1)],
    ['one that is nobody’s fault costs no attempt', { failures: 1 }, retry, free, again(100, 1)],
    ['not even the last one', { failures: 2 }, retry, free, again(200, 2)],
    ['a hopeless item is final at once', {}, fail, {}, failed(1)],
    [
      'with what the provider sent and charged',
      { metadata: [7] },
      { ...fail, raw: { a: 1 }, usage: { inputTokens: 2, outputTokens: 0 } },
      {},
      failed(1, { raw: { a: 1 }, usage: { inputTokens: 2, outputTokens: 0 }, metadata: [7] }),
    ],
    [
      'a refusal for the rate holds everybody',
      { failures: 2 },
      { kind: 'rate_limited', error: failure, waitMs: 70 },
      {},
      { kind: 'hold', alone: false, delayMs: 0 },
    ],
    ['but not for ever, while others pass', { refusals: 200 }, { kind: 'rate_limited', error: failure }, {}, failed(1)],
    [
      'and only itself, once others have passed between three of its refusals',
      { refusals: 3 },
      { kind: 'rate_limited', error: failure, waitMs: 70 },
      {},
      { kind: 'hold', alone: true, delayMs: 2_070 },
    ],
    [
      'for longer each time',
      { refusals: 6 },
      { kind: 'rate_limited', error: failure, waitMs: 70_000 },
      {},
      { kind: 'hold', alone: true, delayMs: 86_000 },
    ],
    [
      'a request somewhat larger than the limit says nothing to others, and stays away',
      {},
      { kind: 'rate_limited', error: failure },
      { size: { tokens: 1_001, limit: 1_000, largest: 10 } },
      { kind: 'hold', alone: true, delayMs: 4_000 },
    ],
    [
      'for longer each time, a few times',
      { refusals: 2 },
      { kind: 'rate_limited', error: failure },
      { size: { tokens: 1_001, limit: 1_000, largest: 10 } },
      { kind: 'hold', alone: true, delayMs: 16_000 },
    ],
    [
      'a request far larger than the whole limit is too large at once',
      {},
      { kind: 'rate_limited', error: failure },
      { size: { tokens: 2_001, limit: 1_000, largest: 10 } },
      failed(1, {}, { ...failure, code: 'too_large', retryable: false }),
    ],
    ['what no item can pass stops the job', { failures: 2 }, stop, {}, { kind: 'stop', verdict: stop }],
  ])('%s', (_what, item, verdict, context, expected) => {
    expect(decide(workItem(1, item), verdict, options, context)).toEqual(expected);
  });

  it.each([
    ['never', false],
    ['errors', true],
    ['always', true],
  ] as const)('keeps the body of a failure with keepRaw %s: %s', (keepRaw, kept) => {
    const decision = decide(workItem(), { kind: 'fail', error: failure, raw: 'body' }, { ...options, keepRaw });
    expect(decision.kind === 'finish' && 'raw' in decision.result).toBe(kept);
  });

  it('with one attempt allowed never tries again', () => {
    expect(decide(workItem(), retry, { ...options, maxAttempts: 1 })).toEqual(failed(1));
  });
});

describe('the result of an answer', () => {
  it('has the output, the tokens, the attempts and the caller’s own metadata', () => {
    const usage = { inputTokens: 3, outputTokens: 4 };
    expect(
      okResult(workItem(1, { failures: 2, metadata: { row: 7 } }), { output: 'OK', usage, raw: { id: 1 } }, options),
    ).toEqual({
      itemId: 'i1',
      ok: true,
      output: 'OK',
      usage,
      attempts: 3,
      raw: { id: 1 },
      metadata: { row: 7 },
    });
  });

  it.each([
    ['never', false],
    ['errors', false],
    ['always', true],
  ] as const)('keeps the body with keepRaw %s: %s', (keepRaw, kept) => {
    expect('raw' in okResult(workItem(), { output: 'OK', raw: {} }, { ...options, keepRaw })).toBe(kept);
  });

  it('always has an output, and nothing that JSON would lose', () => {
    const result = okResult(workItem(), { output: undefined }, options);
    expect(result).toEqual({ itemId: 'i1', ok: true, output: null, attempts: 1 });
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });
});
