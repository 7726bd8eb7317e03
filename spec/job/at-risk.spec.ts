import fc from 'fast-check';
import { asyncScheduler, delay, mergeMap, of, throwError } from 'rxjs';
import { ProviderError, sqliteStore, type BatchStore } from '../../lib/index.js';
import { virtualRuns } from '../support/virtual-run.js';

const run = virtualRuns();

interface Answer {
  readonly latencyMs: number;
  /** Only the second attempt is a good one. */
  readonly failsFirst: boolean;
}

/** Outcomes in each transaction, and the most requests there ever were of which no outcome was durable. */
interface Seen {
  readonly groups: readonly number[];
  readonly atRisk: number;
  /** Without the time in transactions. */
  readonly tookMs: number;
}

function watch(concurrency: number, answers: readonly Answer[], commitMs = 0): Seen {
  const inner = sqliteStore({ path: ':memory:' });
  const groups: number[] = [];
  const at = { most: 0, sent: 0, durable: 0 };
  const now = asyncScheduler.now.bind(asyncScheduler);
  let inCommits = 0;
  const clock = jest.spyOn(asyncScheduler, 'now').mockImplementation(() => now() + inCommits);
  const commit: BatchStore['commit'] = (lease, commitment) => {
    inCommits += commitMs;
    const committed = inner.commit(lease, commitment);
    const outcomes = commitment.drafts.filter(({ type }) => type === 'item' || type === 'attempt').length;
    if (outcomes > 0) groups.push(outcomes);
    at.durable += outcomes;
    return committed;
  };
  const store = new Proxy(inner, {
    get: (target, name) => {
      const value = name === 'commit' ? commit : (Reflect.get(target, name) as unknown);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  const failed = new Set<string>();
  const script = ({ itemId }: { readonly itemId: string }): unknown => {
    at.sent++;
    at.most = Math.max(at.most, at.sent - at.durable);
    const { latencyMs, failsFirst } = answers[Number(itemId.slice(1))] ?? { latencyMs: 0, failsFirst: false };
    const fails = failsFirst && !failed.has(itemId);
    failed.add(itemId);
    if (latencyMs > 0)
      return of('later').pipe(
        delay(latencyMs),
        mergeMap((text) => (fails ? throwError(nonsense) : of(text))),
      );
    if (fails) throw nonsense();
    return 'at once';
  };
  const { results, tookMs } = run(script, { items: answers.length, concurrency, store });
  inner.close();
  clock.mockRestore();
  expect([...results.values()].filter(({ ok }) => ok)).toHaveLength(answers.length);
  return { groups, atRisk: at.most, tookMs: tookMs - inCommits };
}

const nonsense = (): ProviderError =>
  new ProviderError({ kind: 'retry', error: { code: 'invalid_response', message: 'nonsense', retryable: true } });

const all = (count: number, latencyMs: number, failsFirst = false): Answer[] =>
  Array.from({ length: count }, () => ({ latencyMs, failsFirst }));

describe('what a kill would repeat', () => {
  it('is below twice the concurrency, whenever answers come', () => {
    const answer = fc.record({ latencyMs: fc.integer({ min: 0, max: 12 }), failsFirst: fc.boolean() });
    const answers = fc.array(answer, { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), answers, (concurrency, given) => {
        const { groups, atRisk } = watch(concurrency, given);
        expect(atRisk).toBeLessThan(2 * concurrency);
        expect(Math.max(...groups)).toBeLessThan(2 * concurrency);
      }),
      { numRuns: 60 },
    );
  });

  it.each([4, 8, 64])('is so where every first attempt fails, with %p lanes', (concurrency) => {
    const some = all(20 * concurrency, 7, true).map((answer, n) =>
      n % (3 * concurrency - 2) < 2 * concurrency - 2 ? { ...answer, latencyMs: 0 } : answer,
    );
    expect(watch(concurrency, some).atRisk).toBe(2 * concurrency - 1);
    expect(watch(concurrency, all(20 * concurrency, 5, true)).atRisk).toBeLessThan(2 * concurrency);
  });

  it('leaves room for results that share a transaction, more of them than there are lanes', () => {
    const atOnce = watch(4, all(60, 0));
    expect([atOnce.atRisk, Math.max(...atOnce.groups)]).toEqual([7, 7]);
  });

  it('has the lanes go on with other items while their results wait', () => {
    const together = watch(4, all(60, 5));
    expect([together.atRisk, Math.max(...together.groups)]).toEqual([7, 4]);
  });

  it('is written together after a rest, where no lane waits for it', () => {
    const trickle = all(64, 0).map((_, n) => ({ latencyMs: 20 + 3 * (n % 8), failsFirst: false }));
    expect(watch(8, trickle, 1).groups.length).toBeLessThan(64 / 3);
  });

  it('is written without a rest where lanes would have to wait for that', () => {
    expect(watch(2, all(40, 5), 10).tookMs).toBe(20 * 5);
  });
});
