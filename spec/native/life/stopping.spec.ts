import { putBack } from '../../../lib/native/settle-cause.js';
import type { NativeOutcome } from '../../../lib/provider/native.js';
import type { ScriptedLine } from '../../../lib/testing/scripted-batch.js';
import { scriptedNative, type ScriptedNativeOptions } from '../../../lib/testing/scripted-native.js';
import { sqliteStore } from '../../../lib/store/sqlite/sqlite-store.js';
import { items, startNative, virtually, watch, type Told } from '../support/run-native.js';
import { hour, final, ok, everyOnce, slowly } from '../support/native-life.js';

describe('stopping', () => {
  const script: ScriptedNativeOptions = {
    plan: ({ n }) => (n === 1 ? { runMs: 1_000 } : { runMs: hour, answeredAtCancel: 2 }),
  };

  it('cancel() cancels at the provider, keeps what was answered, and ends when that is read', () => {
    const provider = scriptedNative(script);
    let told!: Told;
    virtually((scheduler) => {
      const { job, told: seen } = startNative(
        { provider, items: items(12), nativeCaps: { maxRequests: 4 } },
        scheduler,
      );
      told = seen;
      scheduler.schedule(() => void job.cancel(), 60_000);
    });
    expect(told.status).toBe('cancelled');
    expect(ok(told)).toBe(8);
    expect(told.results.size).toBe(8);
    expect(told.progress.at(-1)).toMatchObject({ pending: 4, inFlight: 0 });
    expect(told.endedAt).toBeLessThan(60_000 + 25_000);
  });

  it('cancel() asks again where it was too early for the provider', () => {
    const provider = scriptedNative({
      plan: () => ({ runMs: hour }),
      fail: (call, n) => (call === 'cancel' && n === 1 ? { kind: 'fail', error: final } : undefined),
    });
    let told!: Told;
    virtually((scheduler) => {
      const { job, told: seen } = startNative({ provider, items: items(4) }, scheduler);
      told = seen;
      scheduler.schedule(() => void job.cancel(), 60_000);
    });
    expect(told.status).toBe('cancelled');
    expect(told.endedAt).toBeLessThan(3 * 60_000);
    expect(provider.batchLog.batches[0]!.status(hour)).toBe('cancelled');
  });

  it('cancel() keeps what a batch answered that fails meanwhile for too much enqueued', () => {
    const faults = [{ kind: 'quota', code: 'limit', message: 'too much' }] as const;
    const provider = scriptedNative({
      plan: () => ({ end: 'failed', faults, answeredAtFailure: 2, runMs: 65_000, cancelMs: hour }),
    });
    let told!: Told;
    virtually((scheduler) => {
      const { job, told: seen } = startNative({ provider, items: items(4) }, scheduler);
      told = seen;
      scheduler.schedule(() => void job.cancel(), 60_000);
    });
    expect(told.status).toBe('cancelled');
    expect(ok(told)).toBe(2);
    expect(provider.batchLog.batches).toHaveLength(1);
  });

  it('cancel() asks where an earlier process died before it did', () => {
    const provider = scriptedNative({ plan: () => ({ runMs: hour }) });
    const store = sqliteStore({ path: ':memory:' });
    virtually((scheduler) => {
      const { client, job } = startNative({ provider, store, items: items(4) }, scheduler);
      scheduler.schedule(() => void job.pause(), 60_000);
      scheduler.schedule(() => {
        const lease = store.acquire('job');
        store.shards.update(lease, 1, { state: 'cancelling', cause: putBack });
        store.release(lease);
        watch(client.resume('job'), scheduler);
      }, 120_000);
      scheduler.schedule(() => void client.job('job').cancel(), 180_000);
    });
    expect(store.findJob('job')!.status).toBe('cancelled');
    expect(provider.batchLog.batches[0]!.status(hour)).toBe('cancelled');
  });

  it('cancel() ends in time though the provider does not heed it; again, it reads what has ended since', () => {
    const provider = scriptedNative({ plan: () => ({ runMs: 5 * hour, cancelMs: 99 * hour }) });
    const store = sqliteStore({ path: ':memory:' });
    const seen: (string | undefined)[] = [];
    virtually((scheduler) => {
      const { job } = startNative(
        { provider, store, items: items(8), nativeCaps: { maxRequests: 4, maxBatches: 1 } },
        scheduler,
      );
      const look = () => {
        const { key, status, ok } = store.findJob('job')!;
        seen.push(
          `${status} ${ok} ${store.shards
            .list(key, 0)
            .map(({ state }) => state)
            .join()}`,
        );
      };
      scheduler.schedule(() => void job.cancel(), 60_000);
      scheduler.schedule(look, hour);
      scheduler.schedule(() => void job.cancel(), 2 * hour);
      scheduler.schedule(look, 3 * hour);
      scheduler.schedule(() => void job.cancel(), 6 * hour);
      scheduler.schedule(look, 7 * hour);
      scheduler.schedule(() => void job.cancel(), 8 * hour);
    });
    expect(seen).toEqual(['cancelled 0 cancelling', 'cancelled 0 cancelling', 'cancelled 4 ']);
    expect(provider.batchLog.creates).toBe(1);
    const ends = store.eventsAfter(store.findJob('job')!.key, 0, 100).filter(({ type }) => type === 'complete');
    expect(ends).toHaveLength(1);
  });

  it('cancel() does not create what was waiting', () => {
    const provider = scriptedNative({ plan: () => ({ runMs: hour }) });
    virtually((scheduler) => {
      const { job } = startNative(
        { provider, items: items(40), nativeCaps: { maxRequests: 4, maxBatches: 2 } },
        scheduler,
      );
      scheduler.schedule(() => void job.cancel(), 60_000);
    });
    expect(provider.batchLog.batches).toHaveLength(2);
  });

  it('pause() leaves batches alone; resume goes on with the same ones', () => {
    const provider = scriptedNative({ plan: () => ({ runMs: hour }) });
    const store = sqliteStore({ path: ':memory:' });
    let first!: Told;
    let second!: Told;
    virtually((scheduler) => {
      const { client, job, told } = startNative(
        { provider, store, items: items(8), nativeCaps: { maxRequests: 4 } },
        scheduler,
      );
      first = told;
      scheduler.schedule(() => void job.pause(), 60_000);
      scheduler.schedule(() => {
        second = watch(client.resume('job'), scheduler);
      }, 10 * 60_000);
    });
    expect(first.error).toMatchObject({ code: 'paused' });
    expect(first.endedAt).toBeLessThan(60_100);
    expect(second.status).toBe('completed');
    expect(ok(second)).toBe(8);
    expect(provider.batchLog.creates).toBe(2);
    expect(provider.batchLog.calls.cancel).toBe(0);
  });

  it('a create under way at pause() is waited for', () => {
    const provider = scriptedNative({ latencyMs: 5_000 });
    const store = sqliteStore({ path: ':memory:' });
    virtually((scheduler) => {
      const { job } = startNative({ provider, store, items: items(4) }, scheduler);
      scheduler.schedule(() => void job.pause(), 6_000);
    });
    expect(provider.batchLog.batches).toHaveLength(1);
    expect(store.shards.list(store.findJob('job')!.key, 0)).toMatchObject([{ state: 'live', batchId: 'batch-1' }]);
  });

  /** Twelve items in batches, stopped after a minute and taken up as requests after ten. */
  function takenUpByRequests(how: 'cancel' | 'pause', stoppedAs: string) {
    const provider = scriptedNative(script);
    const store = sqliteStore({ path: ':memory:' });
    let told!: Told;
    virtually((scheduler) => {
      const { client, job } = startNative(
        { provider, store, items: items(12), nativeCaps: { maxRequests: 4 } },
        scheduler,
      );
      scheduler.schedule(() => void job[how](), 60_000);
      scheduler.schedule(() => {
        expect(store.findJob('job')!.status).toBe(stoppedAs);
        const lease = store.acquire('job');
        store.updateJob(lease, { runMode: 'emulated' });
        store.release(lease);
        told = watch(client.resume('job'), scheduler);
      }, 10 * 60_000);
    });
    expect(told.status).toBe('completed');
    everyOnce(told, 12);
    return provider.batchLog;
  }

  it("a cancelled job's remains are finished by requests, nothing twice", () => {
    takenUpByRequests('cancel', 'cancelled');
  });

  it('a paused job taken up in emulated mode has its batches ended first', () => {
    const log = takenUpByRequests('pause', 'paused');
    expect(log.calls.cancel).toBe(2);
    expect([...log.answered().values()].every((times) => times === 1)).toBe(true);
  });

  it('retryFailed() sends failed items in new shards', () => {
    let broken = true;
    const provider = scriptedNative({
      plan: () => ({ answer: () => (broken ? { kind: 'error', error: final } : { kind: 'ok', output: 1 }) }),
    });
    const store = sqliteStore({ path: ':memory:' });
    let told!: Told;
    virtually((scheduler) => {
      const { client } = startNative({ provider, store, items: items(6), nativeCaps: { maxRequests: 4 } }, scheduler);
      scheduler.schedule(() => {
        broken = false;
        const job = client.job('job');
        void job.retryFailed();
        told = watch(job, scheduler);
      }, 10 * 60_000);
    });
    expect(told.status).toBe('completed');
    expect(ok(told)).toBe(6);
    expect(provider.batchLog.batches.map(({ marker }) => marker.shard)).toEqual([1, 2, 3, 4]);
  });

  it.each([5, 1])('retryFailed() of what an output half read has failed waits for nothing, %i attempts', (attempts) => {
    const answer = ({ time, position }: ScriptedLine): NativeOutcome =>
      time === 1 && position < 3 ? { kind: 'error', error: final } : { kind: 'ok', output: time };
    const provider = scriptedNative({ plan: () => ({ answer }) });
    slowly(provider.native);
    const store = sqliteStore({ path: ':memory:' });
    let told!: Told;
    virtually((scheduler) => {
      const options = { items: items(12), maxFailures: 2, maxAttempts: attempts, lateOutputMs: 10 * hour };
      const { client } = startNative({ provider, store, ...options }, scheduler);
      scheduler.schedule(() => {
        const { key, status, failed } = store.findJob('job')!;
        expect([status, failed, store.shards.list(key, 0)[0]?.state]).toEqual(['paused', 3, 'ingesting']);
        const job = client.job('job');
        void job.retryFailed();
        told = watch(job, scheduler);
      }, hour);
    });
    expect(told.status).toBe('completed');
    expect(ok(told)).toBe(12);
    expect(told.endedAt).toBeLessThan(2 * hour);
    expect(provider.batchLog.batches.map(({ lines }) => lines.length)).toEqual([12, 3]);
    expect(store.findJob('job')!.notes).toEqual({});
  });
});
