import type { StoreCases } from './store-cases.js';
import { group, newJob } from './test-data.js';

export function controlRequestsContract({ expect, withLocation, withStore }: StoreCases): void {
  withStore('reach the owner, the newest first, and end with the lease', (store, { lease }) => {
    expect(store.readControl(lease)).toBe(null);
    store.requestControl('job', 'pause');
    expect(store.readControl(lease)).toBe('pause');
    expect(store.commit(lease, group([])).control).toBe('pause');
    store.requestControl('job', 'cancel');
    expect(store.commit(lease, group([])).control).toBe('cancel');
    store.release(lease);
    expect(store.readControl(store.acquire('job'))).toBe(null);
  });

  withLocation('come from another opening', (first, again) => {
    first.createJob(newJob('job'));
    const lease = first.acquire('job');
    again().requestControl('job', 'cancel');
    expect(first.readControl(lease)).toBe('cancel');
  });
}
