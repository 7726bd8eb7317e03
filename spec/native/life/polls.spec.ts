import type { ItemError } from '../../../lib/index.js';
import { run, ok } from '../support/native-life.js';

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

  it('of a batch that is gone for good lead to a new one, counted as an attempt', () => {
    const { told, batches, notes } = run(
      { fail: (call, n) => (call === 'poll' && n <= 3 ? { kind: 'gone', message: '404' } : undefined) },
      { count: 4 },
    );
    expect(ok(told)).toBe(4);
    expect(batches).toHaveLength(2);
    expect(told.results.get('item-1')).toMatchObject({ attempts: 2 });
    expect(notes).toEqual({ missingLines: 4 });
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
