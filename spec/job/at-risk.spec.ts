import fc from 'fast-check';
import { asyncScheduler, delay, of } from 'rxjs';
import { sqliteStore, type BatchStore } from '../../lib/index.js';
import { virtualRuns } from '../support/virtual-run.js';

const run = virtualRuns();

/** Results in each transaction, and the most requests there ever were of which no result was durable. */
interface Seen {
  readonly groups: readonly number[];
  readonly atRisk: number;
  /** Without the time in transactions. */
  readonly tookMs: number;
}

function watch(concurrency: number, latenciesMs: readonly number[], commitMs = 0): Seen {
  const inner = sqliteStore({ path: ':memory:' });
  const groups: number[] = [];
  const at = { most: 0, sent: 0, durable: 0 };
  const now = asyncScheduler.now.bind(asyncScheduler);
  let inCommits = 0;
  const clock = jest.spyOn(asyncScheduler, 'now').mockImplementation(() => now() + inCommits);
  const commit: BatchStore['commit'] = (lease, commitment) => {
    inCommits += commitMs;
    const committed = inner.commit(lease, commitment);
    const results = commitment.drafts.filter(({ type }) => type === 'item').length;
    if (results > 0) groups.push(results);
    at.durable += results;
    return committed;
  };
  const store = new Proxy(inner, {
    get: (target, name) => {
      const value = name === 'commit' ? commit : (Reflect.get(target, name) as unknown);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  const script = (item: { readonly itemId: string }): unknown => {
    at.sent++;
    at.most = Math.max(at.most, at.sent - at.durable);
    const latencyMs = latenciesMs[Number(item.itemId.slice(1))] ?? 0;
    return latencyMs === 0 ? 'at once' : of('later').pipe(delay(latencyMs));
  };
  const { results, tookMs } = run(script, { items: latenciesMs.length, concurrency, store });
  inner.close();
  clock.mockRestore();
  expect(results.size).toBe(latenciesMs.length);
  return { groups, atRisk: at.most, tookMs: tookMs - inCommits };
}

const all = (count: number, latencyMs: number): number[] => Array.from({ length: count }, () => latencyMs);

describe('what a kill would repeat', () => {
  it('is below twice the concurrency, whenever answers come', () => {
    const latencies = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), latencies, (concurrency, latenciesMs) => {
        const { groups, atRisk } = watch(concurrency, latenciesMs);
        expect(atRisk).toBeLessThan(2 * concurrency);
        expect(Math.max(...groups)).toBeLessThan(2 * concurrency);
      }),
      { numRuns: 60 },
    );
  });

  it('leaves room for results that share a transaction, more of them than there are lanes', () => {
    const atOnce = watch(4, all(60, 0));
    expect([atOnce.atRisk, Math.max(...atOnce.groups)]).toEqual([7, 7]);
  });

  it('has the lanes go on with other items while their results wait', () => {
    const together = watch(4, all(60, 5));
    expect([together.atRisk, Math.max(...together.groups)]).toEqual([7, 4]);
  });

  it('is written without a rest where lanes would have to wait for that', () => {
    expect(watch(2, all(40, 5), 10).tookMs).toBe(20 * 5);
  });
});
