import type { BatchStore, Lease } from '../../store/store.js';
import { progressSnapshot } from '../event-builders.js';
import { codeOf, photograph } from './observations.js';
import type { StoreCases } from './store-cases.js';
import { failed, group, item, newJob, ok, progress } from './test-data.js';

export function leasesContract({ expect, withLocation, withStore }: StoreCases): void {
  withStore('are one at a time', (store, { lease }) => {
    expect(codeOf(() => store.acquire('job'))).toBe('job_busy');
    expect(store.owner('job')).toMatchObject({ alive: true, self: true, pid: process.pid });
    store.release(lease);
    expect(store.owner('job')).toBe(null);
    expect(store.acquire('job').epoch).toBeGreaterThan(lease.epoch);
  });

  withStore('may be given back twice, or late', (store, { lease }) => {
    store.release(lease);
    const next = store.acquire('job');
    store.release(lease);
    expect(store.owner('job')).toMatchObject({ self: true });
    store.appendItems(next, [item('a')]);
  });

  const writes: readonly (readonly [string, (store: BatchStore, lease: Lease) => unknown])[] = [
    ['updateJob', (store, lease) => store.updateJob(lease, { status: 'failed' })],
    ['appendItems', (store, lease) => store.appendItems(lease, [item('new')])],
    ['truncateItems', (store, lease) => store.truncateItems(lease, 0)],
    [
      'commit',
      (store, lease) =>
        store.commit(lease, group([ok(2, 'b'), { type: 'attempt', ordinal: 3, failures: 4 }, progress(9)])),
    ],
    [
      'finish',
      (store, lease) => store.finish(lease, { status: 'completed', progress: progressSnapshot(), lowWater: 3 }),
    ],
    ['reopen', (store, lease) => store.reopen(lease, { retryFailed: true })],
    ['readControl', (store, lease) => store.readControl(lease)],
  ];
  for (const [verb, write] of writes) {
    withStore(`refuse ${verb} once they are lost, and nothing of it is written`, (store, { lease, key }) => {
      store.appendItems(lease, [item('a'), item('b'), item('c')]);
      store.commit(lease, group([failed(1, 'a'), progress(1)]));
      store.release(lease);
      const next = store.acquire('job');
      const before = photograph(store, key, next);
      expect(codeOf(() => write(store, lease))).toBe('lease_lost');
      expect(photograph(store, key, next)).toEqual(before);
    });
  }

  withLocation('are told apart between two openings, and freed by closing', (first, again) => {
    first.createJob(newJob('job'));
    const lease = first.acquire('job');
    const second = again();
    expect(codeOf(() => second.acquire('job'))).toBe('job_busy');
    expect(second.owner('job')).toMatchObject({ pid: process.pid, alive: true, self: false });
    first.heartbeat();
    first.close();
    expect(second.owner('job')).toBe(null);
    expect(second.acquire('job').epoch).toBeGreaterThan(lease.epoch);
  });
}
