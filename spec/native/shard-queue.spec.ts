import { BatchQuota } from '../../lib/native/batch-quota.js';
import { Halt } from '../../lib/native/halt.js';
import { ShardQueue } from '../../lib/native/shard-queue.js';
import { toWorkItem } from '../../lib/run/work-item.js';
import { sqliteStore } from '../../lib/store/sqlite/sqlite-store.js';
import { scriptedNative } from '../../lib/testing/scripted-native.js';
import { openJob, thrown } from '../store/support/fill.js';
import { FlakyDisk } from './support/flaky-disk.js';

describe('a store that fails while items are put into shards', () => {
  it.each([1, 2, 3, 4, 5, 6])('keeps the low-water mark below the items in hand: write %i', (failsAt) => {
    const inner = sqliteStore({ path: ':memory:' });
    const { lease } = openJob(inner, 30);
    const store = new FlakyDisk(inner, failsAt, 1).store();
    const { native } = scriptedNative({ caps: { maxRequests: 8 } });
    const queue = new ShardQueue({
      ...{ store, lease, native, lowWater: 0, quota: new BatchQuota(native.caps) },
      settings: { nativeCaps: {}, cleanUp: false },
      toItem: (claimed) => toWorkItem(claimed, { model: 'model', params: {} }),
    });
    queue.recover(new Halt());
    expect(thrown(() => queue.build()).code).toBe('disk_full');
    // A commit of answers that came before may still find room, and writes this down.
    expect(queue.lowWater).toBe(0);
    inner.close();
  });
});
