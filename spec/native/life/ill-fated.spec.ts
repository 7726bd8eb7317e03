import type { NativeOutcome } from '../../../lib/provider/native.js';
import type { ItemError } from '../../../lib/index.js';
import { hour, run, ok, errors } from '../support/native-life.js';

describe('a batch that expires', () => {
  it('keeps what it finished; the rest is sent again', () => {
    const answer = ({ position, time }: { position: number; time: number }): NativeOutcome =>
      position < 2 || time > 1
        ? { kind: 'ok', output: time }
        : { kind: 'unprocessed', code: 'expired', message: 'too late' };
    const { told, batches, notes } = run(
      { plan: ({ n }) => ({ answer, end: n === 1 ? 'expired' : 'completed' }) },
      { count: 4 },
    );
    expect(ok(told)).toBe(4);
    expect(batches.map(({ lines }) => lines.length)).toEqual([4, 2]);
    expect(notes).toEqual({ expiredItems: 2 });
  });

  it('without results is sent again, then its items are expired', () => {
    const { told, batches } = run(
      { plan: () => ({ end: 'expired', answer: () => null, runMs: 48 * hour }) },
      { count: 4, maxAttempts: 2 },
    );
    expect(errors(told)).toEqual({ expired: 4 });
    expect(batches).toHaveLength(2);
  });
});

describe('a batch that fails as a whole', () => {
  it("for named lines fails those with the provider's words; the others are sent again", () => {
    const faults = [
      { kind: 'line', code: 'bad', message: 'second line', line: 2 },
      { kind: 'line', code: 'dup', message: 'fourth key', key: 'i4' },
    ] as const;
    const { told, batches } = run({ plan: ({ n }) => (n === 1 ? { end: 'failed', faults } : {}) }, { count: 4 });
    expect(told.results.get('item-2')).toMatchObject({
      error: { code: 'invalid_request', message: 'bad: second line' },
    });
    expect(told.results.get('item-4')).toMatchObject({ error: { message: 'dup: fourth key' } });
    expect(told.results.get('item-1')).toMatchObject({ ok: true, attempts: 1 });
    expect(batches.map(({ lines }) => lines.length)).toEqual([4, 2]);
  });

  it('for no line is tried again within the attempts, then all fail with the words', () => {
    const faults = [{ kind: 'batch', code: 'model_not_found', message: 'no such model' }] as const;
    const { told, batches } = run({ plan: () => ({ end: 'failed', faults }) }, { count: 4, maxAttempts: 2 });
    expect(errors(told)).toEqual({ invalid_request: 4 });
    expect(told.results.get('item-1')).toMatchObject({ error: { message: 'model_not_found: no such model' } });
    expect(batches).toHaveLength(2);
  });

  it.each([
    ['for too much enqueued', 'quota', 0, 1],
    ['for too much enqueued, and names its output late', 'quota', 300_000, 1],
    ['for itself, and names its output late', 'batch', 300_000, 2],
  ] as const)('%s keeps what it answered', (_how, kind, lateOutputMs, attempts) => {
    const faults = [{ kind, code: 'limit', message: 'too much' }];
    const { told, batches, log } = run(
      { plan: ({ n }) => (n === 1 ? { end: 'failed', faults, answeredAtFailure: 2, lateOutputMs } : {}) },
      { count: 4 },
    );
    expect(ok(told)).toBe(4);
    expect(batches.map(({ lines }) => lines.length)).toEqual([4, 2]);
    expect([...log.answered().values()]).toEqual([1, 1, 1, 1]);
    expect(told.results.get('item-4')).toMatchObject({ attempts });
    // Nothing is created at once into a queue that is full.
    expect(told.progress.some(({ pacing }) => pacing.refusals > 0)).toBe(kind === 'quota');
  });

  it('refused at creation for good fails its items at once', () => {
    const error: ItemError = { code: 'invalid_request', message: 'no endpoint', retryable: false };
    const { told, batches } = run({ create: () => ({ kind: 'fail', error }) }, { count: 4 });
    expect(errors(told)).toEqual({ invalid_request: 4 });
    expect(batches).toHaveLength(0);
  });
});
