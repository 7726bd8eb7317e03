import type { StoreCases } from './store-cases.js';
import { openJob } from './test-data.js';

export function cursorsContract({ expect, withStore }: StoreCases): void {
  withStore('belong to a job and a name', (store, { key }) => {
    const other = openJob(store, 'other');
    expect(store.cursor(key, 'mine')).toBe(0);
    store.saveCursor(key, 'mine', 7);
    store.saveCursor(key, `'; DROP TABLE cursors; --`, 8);
    store.saveCursor(key, 'mine', 9);
    expect([
      store.cursor(key, 'mine'),
      store.cursor(key, `'; DROP TABLE cursors; --`),
      store.cursor(key, 'yours'),
    ]).toEqual([9, 8, 0]);
    expect(store.cursor(other.key, 'mine')).toBe(0);
  });
}
