import type { ItemError } from '../../../lib/index.js';
import { hour, run, ok } from '../support/native-life.js';

describe('polls', () => {
  it('that fail are repeated for as long as it takes', () => {
    const { told } = run(
      { fail: (call, n) => (call === 'poll' && n < 500 ? { kind: 'retry', message: '503' } : undefined) },
      { count: 4 },
    );
    expect(ok(told)).toBe(4);
  });

  it('refused for the key stop the job; the batch is left alone and taken up again', () => {
    const error: ItemError = { code: 'auth', message: 'wrong key', retryable: false };
    const { told, batches } = run(
      { fail: (call) => (call === 'poll' ? { kind: 'stop', status: 'failed', code: 'auth', error } : undefined) },
      { count: 4 },
    );
    expect(told.status).toBe('errored');
    expect(told.error).toMatchObject({ code: 'auth' });
    expect(batches).toHaveLength(1);
  });

  it('refused otherwise are repeated, which is shown, and no reason to pay again', () => {
    const error: ItemError = { code: 'invalid_request', message: '404 Not Found', retryable: false };
    const { told, batches, log } = run(
      { fail: (call, n) => (call === 'poll' && n < 200 ? { kind: 'fail', error } : undefined) },
      { count: 4 },
    );
    expect(ok(told)).toBe(4);
    expect(batches).toHaveLength(1);
    expect(log.calls.find).toBe(0);
    const shown = told.progress.map(({ pacing, shards }) => `${shards?.[0]?.status ?? ''} ${pacing.outage}`);
    expect(shown).toContain('refused true');
    expect(shown.at(-1)).toBe('completed false');
  });

  it('of a batch that is gone for good lead to a new one, counted as an attempt', () => {
    const { told, batches, notes, log } = run(
      {
        plan: ({ n }) => (n === 1 ? { listLagMs: 99 * hour, runMs: hour } : {}),
        fail: (call, n) => (call === 'poll' && n <= 3 ? { kind: 'gone', message: '404' } : undefined),
      },
      { count: 4 },
    );
    expect(ok(told)).toBe(4);
    expect(batches).toHaveLength(2);
    expect(told.results.get('item-1')).toMatchObject({ attempts: 2 });
    expect(notes).toEqual({ missingLines: 4 });
    // It lived after all.
    expect(log.calls.cancel).toBe(1);
    expect(batches[0]!.status(hour)).toBe('cancelled');
  });

  it('that miss a batch which is in the list are no reason to pay again', () => {
    const { told, batches } = run(
      {
        plan: () => ({ runMs: 2 * hour }),
        fail: (call) => (call === 'poll' ? { kind: 'gone', message: '404' } : undefined),
      },
      { count: 4 },
    );
    expect(ok(told)).toBe(4);
    expect(batches).toHaveLength(1);
  });

  it('that miss the second batch of two go on with the first, where that has turned up', () => {
    const { told, batches, log } = run(
      {
        create: (n) => (n === 1 ? 'answer lost' : 'created'),
        plan: ({ n }) => ({ listLagMs: n === 1 ? 245_000 : 99 * hour, runMs: hour }),
        fail: (call, n) => (call === 'poll' && n <= 3 ? { kind: 'gone', message: '404' } : undefined),
      },
      { count: 4 },
    );
    expect(ok(told)).toBe(4);
    expect(batches).toHaveLength(2);
    expect(log.calls.cancel).toBe(0);
  });

  it('that miss a batch once or twice are no reason to pay again', () => {
    const { told, batches } = run(
      { fail: (call, n) => (call === 'poll' && n <= 2 ? { kind: 'gone', message: '404' } : undefined) },
      { count: 4 },
    );
    expect(ok(told)).toBe(4);
    expect(batches).toHaveLength(1);
  });
});
