import { photograph } from './observations.js';
import type { StoreCases } from './store-cases.js';
import { group, ids, ok, openJob, progress } from './test-data.js';

export function closingContract({ expect, withLocation, withStore }: StoreCases): void {
  withStore('twice is as good as once', (store) => {
    store.close();
    store.close();
  });

  withLocation('keeps everything for the next opening', (first, again) => {
    const { lease, key } = openJob(first);
    first.appendItems(lease, ids('a', 'b', 'c'));
    first.commit(
      lease,
      group([ok(1, 'a'), { type: 'attempt', ordinal: 2, failures: 2 }, progress(1)], { lowWater: 1, claimedTo: 2 }),
    );
    first.saveCursor(key, 'mine', 1);
    first.release(lease);
    const before = photograph(first, key, lease);
    first.checkpoint();
    first.close();
    const second = again();
    expect(photograph(second, key, second.acquire('job'))).toEqual(before);
    expect(second.cursor(key, 'mine')).toBe(1);
  });
}
