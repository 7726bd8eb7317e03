import type { BatchEvent } from '../../core/events.js';
import { progressSnapshot } from '../event-builders.js';
import { sweepAll } from './observations.js';
import type { StoreCases } from './store-cases.js';
import { failed, group, ids, ok, openJob, progress } from './test-data.js';

export function sequencesContract({ expect, withLocation, withStore }: StoreCases): void {
  withStore(
    'are not used again after a replaced progress, a refused result, a reopening or a deletion',
    (store, { lease, key }) => {
      store.appendItems(lease, ids('a', 'b'));
      const seqs: number[] = [];
      const note = (events: readonly BatchEvent[]): void => void seqs.push(...events.map(({ seq }) => seq));
      note(store.commit(lease, group([progress(1)])).events);
      note(store.commit(lease, group([progress(2)])).events);
      note(store.commit(lease, group([failed(1, 'a')])).events);
      note(store.commit(lease, group([ok(1, 'a')])).events);
      note(store.finish(lease, { status: 'completed', progress: progressSnapshot(), lowWater: 2 }));
      store.reopen(lease, { retryFailed: true });
      note(store.commit(lease, group([ok(1, 'a')])).events);
      store.release(lease);
      store.deleteJob('job');
      sweepAll(store);
      const next = openJob(store, 'job');
      expect(next.key === key).toBe(false);
      note(store.commit(next.lease, group([progress(1)])).events);
      expect(seqs.length).toBe(7);
      expect(seqs.every((seq, n) => n === 0 || seq > (seqs[n - 1] ?? 0))).toBe(true);
    },
  );

  withLocation('go on after closing and opening again', (first, again) => {
    const { lease } = openJob(first);
    const [last] = first.commit(lease, group([progress(1)])).events;
    first.finish(lease, { status: 'completed', progress: progressSnapshot(), lowWater: 0 });
    first.release(lease);
    first.deleteJob('job');
    sweepAll(first);
    first.close();
    const second = again();
    const [next] = second.commit(openJob(second).lease, group([progress(1)])).events;
    expect(next?.seq).toBeGreaterThan((last?.seq ?? 0) + 2);
  });
}
