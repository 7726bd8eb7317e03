import { filter, firstValueFrom, NEVER, of, throwError, timer, map } from 'rxjs';
import { failureVerdict, ofType, ProviderError, type LimitObservation, type Provider } from '../../lib/index.js';
import type { ScriptedRequest } from '../../lib/testing/index.js';
import { items, testClients } from '../support/clients.js';
import { httpError } from '../support/hand-provider.js';
import { Bucket } from '../pacing/support/bucket.js';
import { virtualRuns } from '../support/virtual-run.js';

const clients = testClients();
const run = virtualRuns();

const named = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${prefix}${n}`);

describe('limits that answers tell', () => {
  const limits: LimitObservation = {
    requests: { limit: 600, remaining: 300, resetMs: 30_000 },
    tokens: { limit: 90_000, remaining: 45_000, resetMs: 30_000 },
  };

  it('are in the progress and in info() while it runs', async () => {
    const provider: Provider = {
      name: 'p',
      request: ({ itemId }) => (itemId === 'i0' ? of({ output: 1, limits }) : NEVER),
    };
    const job = clients.open({ provider, concurrency: 4 }).map({ items: items(3), drainMs: 0 });
    const pacing = {
      state: 'open',
      window: null,
      requests: { perMinute: 600, source: 'provider' },
      tokens: { perMinute: 90_000, source: 'provider' },
    };
    const told = firstValueFrom(
      job.pipe(
        ofType('progress'),
        filter(({ progress }) => progress.pacing.requests !== null),
      ),
    );
    expect((await told).progress.pacing).toMatchObject(pacing);
    expect((await job.info()).pacing).toMatchObject(pacing);
  });

  it('are kept to, though set limits are higher', () => {
    // One a second, and nothing saved up.
    const bucket = new Bucket(60, 60, 0.001);
    bucket.take(60, 0);
    const answer = ({ sentAt }: ScriptedRequest): unknown => {
      bucket.take(1, sentAt);
      return { output: 1, limits: { requests: bucket.reading(sentAt) } };
    };
    const { tookMs, results } = run(answer, { items: 31, concurrency: 1, requestsPerMinute: 600 });
    expect(results.size).toBe(31);
    expect(tookMs).toBeGreaterThanOrEqual(30_000);
    expect(tookMs).toBeLessThan(40_000);
  });
});

describe('two jobs on one limiter', () => {
  it('share it, however many items each has', () => {
    const jobs = [named('a', 30), named('b', 5)];
    const { order } = run(() => 1, { items: jobs, requestsPerMinute: 60 });
    expect(order).toHaveLength(35);
    const first = order.slice(0, order.indexOf('b4'));
    expect(first.filter((id) => id.startsWith('a')).length).toBeLessThanOrEqual(7);
    for (const job of jobs) expect(order.filter((id) => job.includes(id))).toEqual(job);
  });
});

describe('a request larger than the limit', () => {
  /** A thousand tokens a minute, told with each answer; each small request takes 10, and a second. */
  const answer = (tokens: number) => {
    const reading = { limit: 1_000, remaining: 900, resetMs: 6_000 };
    const refusal = failureVerdict('rate_limited', 'too large', { limits: { tokens: reading } });
    return ({ itemId }: ScriptedRequest): unknown =>
      itemId.startsWith('large') && tokens > 1_000
        ? timer(50).pipe(map(() => { throw new ProviderError(refusal); })) // prettier-ignore
        : timer(1_000).pipe(map(() => ({ output: 1, limits: { tokens: reading } })));
  };

  it('that is the last one left is not sent again and again', () => {
    const { results, errors, log } = run(answer(1_500), {
      items: [['i0', 'large']],
      concurrency: 1,
      estimateTokens: ({ itemId }) => (itemId === 'large' ? 1_500 : 10),
    });
    expect(errors).toEqual([]);
    expect(results.get('large')).toMatchObject({ ok: false, error: { code: 'too_large' } });
    expect(log.sent('large')).toBeLessThanOrEqual(5);
  });

  it.each([1_500, 3_000, 20_000])('of %i tokens fails alone, and holds nobody', (tokens) => {
    const { results, errors, tookMs, log } = run(answer(tokens), {
      items: [[...named('i', 8), 'large', ...named('j', 8)]],
      concurrency: 2,
      estimateTokens: ({ itemId }) => (itemId === 'large' ? tokens : 10),
    });
    expect(errors).toEqual([]);
    expect(results.get('large')).toMatchObject({ ok: false, error: { code: 'too_large', retryable: false } });
    expect([...results.values()].filter(({ ok }) => ok)).toHaveLength(16);
    // Sixteen of a second each, two at a time, and the waits of the large one.
    expect(tookMs).toBeLessThan(40_000);
    expect(log.sent('large')).toBeLessThanOrEqual(5);
  });
});

describe('an overloaded server', () => {
  it('is asked for fewer at a time', () => {
    let [overloads, active] = [0, 0];
    const { results, progress, log } = run(
      () => {
        if (active >= 8) {
          overloads++;
          return throwError(() => httpError(503, 'overloaded'));
        }
        active++;
        return timer(200).pipe(map(() => (active--, 1))); // prettier-ignore
      },
      { items: 400, concurrency: 64, maxAttempts: 100, backoffBaseMs: 100, backoffMaxMs: 400 },
    );
    expect([...results.values()].every(({ ok }) => ok)).toBe(true);
    expect(Math.min(...progress.map(({ pacing }) => pacing.window ?? Infinity))).toBeLessThanOrEqual(8);
    expect(overloads).toBeLessThan(log.requests.length / 4);
  });
});
