import fc from 'fast-check';
import type { TestScheduler } from 'rxjs/testing';
import { BatchClient, isBatchError } from '../../lib/index.js';
import type { NativeOutcome } from '../../lib/provider/native.js';
import { sqliteStore } from '../../lib/store/sqlite/sqlite-store.js';
import { scriptedNative, type ScriptedNativeOptions } from '../../lib/testing/scripted-native.js';
import { items, virtually, watch, type Told } from './support/run-native.js';
import { Mortal } from './support/mortal.js';

interface Death {
  readonly at: number;
  readonly when: 'before' | 'after';
}

const count = 13;

/** A job whose process dies, and is started again, as often as there are deaths; then one that lives. */
function killed(deaths: readonly Death[], script: ScriptedNativeOptions) {
  const provider = scriptedNative(script);
  const store = sqliteStore({ path: ':memory:' });
  let told: Told | undefined;
  const left = [...deaths];

  const start = (scheduler: TestScheduler): void => {
    const death = left.shift();
    const mortal = new Mortal(store, death?.at ?? Infinity, death?.when ?? 'before');
    const again = (): void => {
      if (mortal.lease !== undefined) store.release(mortal.lease);
      scheduler.schedule(() => start(scheduler), 1_000);
    };
    try {
      const client = new BatchClient({
        ...{ db: ':memory:', log: false, random: () => 0.5 },
        store: mortal.store(),
        provider: mortal.provider(provider),
      });
      const job = client.map({
        ...{ jobId: 'job', mode: 'native', items: items(count), maxAttempts: 3 },
        nativeCaps: { maxRequests: 4, enqueuedTokens: 9 },
      });
      told = watch(job, scheduler);
      job.subscribe({ error: () => mortal.dead && again() });
    } catch (error) {
      if (!isBatchError(error) || !mortal.dead) throw error;
      again();
    }
  };
  virtually(start);
  const results = store.results(store.findJob('job')!.key, 0, 1_000, 'all').map(({ result }) => result);
  return { told: told!, log: provider.batchLog, results, record: store.findJob('job')! };
}

const death = fc.record({
  at: fc.integer({ min: 1, max: 40 }),
  when: fc.constantFrom('before' as const, 'after' as const),
});

describe('killed at any write', () => {
  it('loses nothing and pays for nothing twice', () => {
    fc.assert(
      fc.property(fc.array(death, { minLength: 1, maxLength: 4 }), (deaths) => {
        const { log, results, record } = killed(deaths, { enqueuedTokens: 9, plan: () => ({ runMs: 15_000 }) });
        expect(record.status).toBe('completed');
        expect(new Set(results.map(({ itemId }) => itemId)).size).toBe(count);
        expect(results).toHaveLength(count);
        expect(results.every(({ ok, attempts }) => ok && attempts === 1)).toBe(true);
        expect([...log.answered().values()].every((times) => times === 1)).toBe(true);
        expect(log.batches).toHaveLength(4);
        expect(record.notes['duplicateLines']).toBeUndefined();
        expect(record.notes['unknownLines']).toBeUndefined();
      }),
      { numRuns: 120 },
    );
  });

  it.each(Array.from({ length: 45 }, (_, n) => n + 1))('one after the other: write %i', (at) => {
    for (const when of ['before', 'after'] as const) {
      const { log, results, record } = killed([{ at, when }], { enqueuedTokens: 9 });
      expect([record.status, results.length, log.batches.length]).toEqual(['completed', count, 4]);
      expect([...log.answered().values()].every((times) => times === 1)).toBe(true);
    }
  });

  it('with everything else going wrong too, answers each item once and pays for it once', () => {
    const trouble = fc.record({
      lost: fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 3 }),
      cuts: fc.integer({ min: 0, max: 3 }),
      lateOutputMs: fc.constantFrom(0, 20_000),
      listLagMs: fc.constantFrom(0, 60_000),
      failing: fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 10 }),
    });
    fc.assert(
      fc.property(fc.array(death, { maxLength: 3 }), trouble, (deaths, { lost, failing, ...plan }) => {
        const { log, results, record } = killed(deaths, {
          plan: () => ({ ...plan, runMs: 15_000 }),
          create: (n) => (lost.includes(n) ? 'answer lost' : 'created'),
          fail: (_, n) => (failing.includes(n) ? { kind: 'retry', message: 'flaky' } : undefined),
        });
        expect([record.status, results.length, log.batches.length]).toEqual(['completed', count, 4]);
        expect([...log.answered().values()].every((times) => times === 1)).toBe(true);
      }),
      { numRuns: 120 },
    );
  });

  it('counts attempts and notes exactly once', () => {
    const answer = ({ itemId, time }: { itemId: string; time: number }): NativeOutcome | null => {
      if (itemId === 'item-2') return null;
      if (itemId === 'item-5' && time < 3)
        return { kind: 'error', error: { code: 'server_error', message: '', retryable: true } };
      return { kind: 'ok', output: time };
    };
    fc.assert(
      fc.property(fc.array(death, { minLength: 1, maxLength: 3 }), (deaths) => {
        const { results, record } = killed(deaths, { plan: () => ({ answer }) });
        const byId = new Map(results.map((result) => [result.itemId, result]));
        expect(results).toHaveLength(count);
        expect(byId.get('item-2')).toMatchObject({ ok: false, error: { code: 'missing' }, attempts: 3 });
        expect(byId.get('item-5')).toMatchObject({ ok: true, attempts: 3 });
        expect(record.notes).toMatchObject({ missingLines: 3 });
      }),
      { numRuns: 60 },
    );
  });
});
