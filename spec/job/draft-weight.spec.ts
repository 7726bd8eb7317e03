import { draftWeight } from '../../lib/job/run-journal.js';
import type { Draft } from '../../lib/store/store.js';

const notes = (count: number): Draft[] => Array.from({ length: count }, () => ({ type: 'note', add: {} }));
const full = 256;

describe('in a transaction', () => {
  it('a draft stands for itself', () => {
    expect([draftWeight({ type: 'tick' }), draftWeight({ type: 'note', add: {} })]).toEqual([1, 1]);
    expect(draftWeight({ type: 'shard', shard: 1 })).toBe(1);
  });

  it('a piece of a deletion stands for its rows', () => {
    expect(draftWeight({ type: 'shard', shard: 1, release: 5_000 })).toBe(5_000);
  });

  it('a page of an output stands for its rows, or for its bytes where they are more', () => {
    expect(draftWeight({ type: 'group', drafts: notes(3) })).toBe(3);
    expect(draftWeight({ type: 'group', drafts: notes(256), bytes: 10_000 })).toBe(256);
    expect(draftWeight({ type: 'group', drafts: notes(3), bytes: 500_000 })).toBeGreaterThanOrEqual(full);
    expect(draftWeight({ type: 'group', drafts: notes(3), bytes: 450_000 })).toBeLessThan(full);
  });
});
