import { codeOf, photograph, recordOf, sweepAll } from './observations.js';
import type { StoreCases } from './store-cases.js';
import { group, ids, ok, openJob, progress } from './test-data.js';

export function deletionContract({ expect, withStore }: StoreCases): void {
  withStore('hides a job at once, removes it in slices and leaves the others', (store, { lease, key }) => {
    const other = openJob(store, 'other');
    store.appendItems(lease, ids('a', 'b'));
    store.appendItems(other.lease, ids('a', 'b'));
    store.commit(lease, group([ok(1, 'a'), progress(1)]));
    store.commit(other.lease, group([ok(1, 'a'), progress(1)]));
    store.saveCursor(key, 'mine', 3);
    const kept = photograph(store, other.key, other.lease);
    store.release(lease);
    store.deleteJob('job');
    expect(store.findJob('job')).toBe(undefined);
    expect(store.listJobs().map(({ jobId }) => jobId)).toEqual(['other']);
    expect(codeOf(() => store.commit(lease, group([ok(2, 'b')])))).toBe('lease_lost');
    expect(codeOf(() => store.deleteJob('job'))).toBe('job_not_found');
    sweepAll(store);
    expect(store.itemsAfter(key, 0, 10)).toEqual([]);
    expect(store.results(key, 0, 10, 'all')).toEqual([]);
    expect(store.cursor(key, 'mine')).toBe(0);
    expect(photograph(store, other.key, other.lease)).toEqual(kept);
  });

  withStore('is refused while somebody works on the job', (store) => {
    expect(codeOf(() => store.deleteJob('job'))).toBe('job_busy');
    expect(recordOf(store)?.jobId).toBe('job');
  });

  withStore('frees the id for a new job, which begins empty', (store, { lease, key }) => {
    store.appendItems(lease, ids('a'));
    store.release(lease);
    store.deleteJob('job');
    const next = openJob(store, 'job');
    expect(next.key === key).toBe(false);
    expect(store.claim(next.lease, 0, 10)).toEqual([]);
    store.appendItems(next.lease, ids('b'));
    sweepAll(store);
    expect(store.claim(next.lease, 0, 10).map(({ itemId }) => itemId)).toEqual(['b']);
  });
}
