import { concat, mergeMap, timer } from 'rxjs';
import { BatchClient } from '../../lib/index.js';
import type { NativeOutcome } from '../../lib/provider/native.js';
import { sqliteStore } from '../../lib/store/sqlite/sqlite-store.js';
import type { ScriptedLine } from '../../lib/testing/scripted-batch.js';
import { scriptedNative } from '../../lib/testing/scripted-native.js';
import { items, virtually } from '../native/support/run-native.js';

const count = 200;

/** Every third item is left out by so many batches; the second half of the input comes when the first is back. */
function run(leftOut: number) {
  const answer = ({ itemId, time }: ScriptedLine): NativeOutcome | null =>
    time <= leftOut && Number(itemId.slice('item-'.length)) % 3 === 0 ? null : { kind: 'ok', output: itemId };
  const provider = scriptedNative({ plan: () => ({ runMs: 15_000, answer }) });
  const store = sqliteStore({ path: ':memory:' });
  virtually((scheduler) => {
    const client = new BatchClient({ log: false, random: () => 0.5, store, provider, nativeCaps: { maxRequests: 40 } });
    const all = items(count);
    const late$ = timer(60_000, scheduler).pipe(mergeMap(() => all.slice(50)));
    const job = client.map({
      jobId: 'job',
      mode: 'native',
      lateOutputMs: 1_000,
      items: concat(all.slice(0, 50), late$),
    });
    job.subscribe({ error: () => {} });
  });
  const record = store.findJob('job')!;
  return { record, shards: store.shards.list(record.key, 1_000) };
}

// Found by `npm run prove:chaos`: a batch of items put back and items not sent before lies between its least and its greatest
// number, not between the first and the last that were put in. "Only 4956 of 5000 items have a result".
describe('items that were put back share a batch with later ones', () => {
  it.each([1, 2, 3])('and are put back again where that leaves them out too: %i times', (leftOut) => {
    const { record, shards } = run(leftOut);
    expect(record).toMatchObject({ status: 'completed', ok: count, lowWater: count });
    // The ten that waited, what the first batch had left out, and some of the late ones.
    expect(shards[1]).toMatchObject({ requests: 40, firstOrdinal: 3, lastOrdinal: 67 });
  });
});
