import type { Verdict } from '../../lib/provider/provider';
import { failureVerdict } from '../../lib/provider/provider-error';
import { safeClassify } from '../../lib/run/safe-classify';

const week = 7 * 86_400_000;
const error = { code: 'server_error', message: 'x', retryable: true } as const;
const judged = (verdict: Verdict): unknown => safeClassify({ classify: () => verdict })(new Error('x'));

describe("a wait that a provider of one's own asks for", () => {
  it('stands up to a week', () => {
    for (const waitMs of [0, 1_500, week]) {
      expect(judged({ kind: 'retry', error, waitMs })).toMatchObject({ waitMs });
      expect(judged({ kind: 'rate_limited', error, waitMs })).toMatchObject({ waitMs });
    }
  });

  it('is a week, where it is longer and everybody waits', () => {
    const stop = { kind: 'stop', status: 'paused', code: 'daily_quota', error } as const;
    expect(judged({ ...stop, waitMs: 3.6e20 })).toEqual({ ...stop, waitMs: week });
    expect(judged({ kind: 'rate_limited', error, waitMs: week + 1 })).toMatchObject({ waitMs: week });
    expect(failureVerdict('rate_limited', 'x', { waitMs: 3.6e20 })).toMatchObject({ waitMs: week });
  });

  it('is not believed, where it is longer and of one item', () => {
    expect(judged({ kind: 'retry', error, waitMs: week + 1 })).toEqual({ kind: 'retry', error });
    expect(failureVerdict('server_error', 'x', { waitMs: 3.6e20 })).not.toHaveProperty('waitMs');
  });
});

it('knows no reset that is more than a week away', () => {
  const limits = (resetMs: number): object => ({ requests: { limit: 5, remaining: 0, resetMs } });
  expect(judged({ kind: 'rate_limited', error, limits: limits(week) })).toMatchObject({ limits: limits(week) });
  expect(judged({ kind: 'rate_limited', error, limits: limits(week + 1) })).toEqual({
    ...{ kind: 'rate_limited', error },
    limits: { requests: { limit: 5, remaining: 0 } },
  });
});
