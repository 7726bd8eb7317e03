import type { RemoteBatch, RemoteStatus } from '../../lib/provider/native.js';
import { batchesOf, candidates, chooseBatch, isAbsent, searchDelay } from '../../lib/native/search-verdict.js';

const batch = (batchId: string, status: RemoteStatus, createdAt = 0, content = 'c', shard = 1): RemoteBatch => ({
  ...{ batchId, status, said: status, counts: undefined, outputs: [], inputFileId: undefined, faults: [], createdAt },
  marker: { run: 'r', shard, attempt: 1, content },
});

it('a batch of another number, of other content, or of nobody is not this shard', () => {
  const foreign = { ...batch('d', 'running'), marker: undefined };
  const all = [batch('a', 'running'), batch('b', 'running', 0, 'other'), batch('c', 'running', 0, 'c', 2), foreign];
  expect(batchesOf({ shard: 1, content: 'c' }, all).map(({ batchId }) => batchId)).toEqual(['a']);
});

it.each([
  [[batch('failed', 'failed'), batch('running', 'running', 9)], 'running'],
  [[batch('running', 'running'), batch('completed', 'completed', 9)], 'completed'],
  [[batch('later', 'running', 2), batch('sooner', 'running', 1)], 'sooner'],
  [[batch('expired', 'expired')], 'expired'],
  [[], undefined],
])('of %# it adopts %2$s', (batches, chosen) => {
  expect(chooseBatch(batches)?.batchId).toBe(chosen);
});

it('what ended of an earlier attempt is no candidate, but for its answers once all searches are over', () => {
  const all = (['running', 'completed', 'failed', 'expired'] as const).map((status) => batch(status, status));
  const names = (attempt: number, last: boolean) => candidates(all, attempt, last).map(({ batchId }) => batchId);
  expect(names(2, false)).toEqual(['running', 'completed']);
  expect(names(2, true)).toEqual(['running', 'completed', 'expired']);
  expect(names(1, false)).toEqual(['running', 'completed', 'failed', 'expired']);
});

it('a shard is absent after three searches, the last of which began after the wait', () => {
  const at = (searches: number, lastAt: number) => isAbsent({ searches, intentAt: 0, lastAt, orphanWaitMs: 120_000 });
  expect([at(2, 200_000), at(3, 119_999), at(3, 120_000), at(9, 50_000)]).toEqual([false, false, true, false]);
});

it('searches so that the third begins when the wait is over', () => {
  let at = 10;
  for (let searches = 1; searches < 3; searches++)
    at += searchDelay({ searches, intentAt: 0, lastAt: at, orphanWaitMs: 120_000 });
  expect(at).toBeGreaterThanOrEqual(120_000);
  expect(at).toBeLessThan(120_010);
});
