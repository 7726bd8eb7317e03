import { progressSnapshot } from '../../lib/testing/event-builders.js';
import { sqliteStore } from '../../lib/store/sqlite/sqlite-store.js';
import type { BatchStore, JobEnd } from '../../lib/store/store.js';
import { okDraft, openJob } from '../store/support/fill.js';
import { tell, testClients } from '../support/clients.js';
import { HandProvider } from '../support/hand-provider.js';

const clients = testClients();

/** The same, but at the end of a reading of events somebody does something else first. */
function interrupted(store: BatchStore, atEnd: () => void): BatchStore {
  const eventsAfter: BatchStore['eventsAfter'] = (...asked) => {
    const page = store.eventsAfter(...asked);
    if (page.length === 0) atEnd();
    return page;
  };
  return new Proxy(store, {
    get: (_, name) => {
      const value: unknown = name === 'eventsAfter' ? eventsAfter : Reflect.get(store, name);
      return typeof value === 'function' ? (value as () => unknown).bind(store) : value;
    },
  });
}

describe('a job that another process ends between the last page of a reading and the look at how it stands', () => {
  it.each<[string, { readonly status: 'completed' | 'paused'; readonly reason?: object }, string | undefined]>([
    ['completed', { status: 'completed' }, undefined],
    ['paused', { status: 'paused', reason: { code: 'paused', message: 'Paused' } }, 'paused'],
  ])('is told to its end: %s', async (_status, end, code) => {
    const owner = sqliteStore({ path: clients.path, durability: 'normal' });
    const { lease } = openJob(owner, 2);
    owner.commit(lease, { drafts: [okDraft(1)], lowWater: 1, claimedTo: 2 });
    let ended = false;
    const store = interrupted(sqliteStore({ path: clients.path, durability: 'normal' }), () => {
      if (ended) return;
      ended = true;
      owner.commit(lease, { drafts: [okDraft(2)], lowWater: 2, claimedTo: 2 });
      const progress = progressSnapshot({ status: end.status, ok: 2 });
      owner.finish(lease, { ...end, progress, lowWater: 2 } as JobEnd);
      owner.release(lease);
    });
    const provider = Object.assign(new HandProvider(), { name: 'local_echo' });
    const { items, last, error } = await tell(clients.open({ provider, store }).job('job'));
    expect(items).toHaveLength(2);
    expect([last.type, error?.code]).toEqual([code === undefined ? 'complete' : 'progress', code]);
    store.close();
    owner.close();
  });
});
