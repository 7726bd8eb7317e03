import { sqliteStore } from '../../../lib/store/sqlite/sqlite-store.js';
import type { Draft } from '../../../lib/store/store.js';
import { tempDatabases } from '../../support/temp-database.js';
import { okDraft, openJob } from '../support/fill.js';

const newPath = tempDatabases();

function openStore(count: number) {
  const store = sqliteStore({ path: newPath(), durability: 'normal' });
  const { key, lease } = openJob(store, count);
  const commit = (...drafts: readonly Draft[]) => {
    const { events } = store.commit(lease, { drafts, lowWater: 0, claimedTo: count });
    return events.flatMap((event) => (event.type === 'item' ? [{ seq: event.seq, itemId: event.itemId }] : []));
  };
  return { store, key, commit };
}

describe('a group of results', () => {
  it.each([1, 3, 4, 15, 16, 17, 37, 256])('of %i is told and kept in the order of its drafts', (count) => {
    const { store, key, commit } = openStore(count);
    const order = Array.from({ length: count }, (_, n) => ((n * 7) % count) + 1);
    const distinct = [...new Set(order)];
    const told = commit(...distinct.map((ordinal) => okDraft(ordinal, `answer ${ordinal}`)));
    expect(told.map(({ itemId }) => itemId)).toEqual(distinct.map((ordinal) => `i${ordinal}`));
    const kept = store.results(key, 0, 1_000, 'all');
    expect(kept.map(({ seq, ordinal, result }) => [seq, ordinal, result.ok && result.output])).toEqual(
      told.map(({ seq }, n) => [seq, distinct[n], `answer ${distinct[n]}`]),
    );
    store.close();
  });

  it('leaves out the second results in it, of items that have theirs from it or from before', () => {
    const { store, key, commit } = openStore(40);
    commit(okDraft(5, 'first'), okDraft(6, 'first'));
    const ordinals = [...Array.from({ length: 20 }, (_, n) => n + 1), 3, 20];
    const told = commit(...ordinals.map((ordinal) => okDraft(ordinal, 'second')));
    const expected = ordinals.slice(0, 20).filter((ordinal) => ordinal !== 5 && ordinal !== 6);
    expect(told.map(({ itemId }) => itemId)).toEqual(expected.map((ordinal) => `i${ordinal}`));
    const kept = store.results(key, 0, 1_000, 'all');
    expect(kept.slice(2).map(({ seq }) => seq)).toEqual(told.map(({ seq }) => seq));
    expect(kept.filter(({ ordinal }) => ordinal === 5).map(({ result }) => result)).toMatchObject([
      { output: 'first' },
    ]);
    expect(store.findJob('job')?.ok).toBe(20);
    store.close();
  });

  it('is written whole or not at all', () => {
    const { store, key, commit } = openStore(30);
    const drafts = Array.from({ length: 30 }, (_, n) => okDraft(n + 1, n === 25 ? 1n : 'fine'));
    expect(() => commit(...drafts)).toThrow('BigInt');
    expect(store.results(key, 0, 100, 'all')).toEqual([]);
    expect(commit(okDraft(1))).toHaveLength(1);
    store.close();
  });
});
