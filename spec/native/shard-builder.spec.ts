import fc from 'fast-check';
import { FreeItems } from '../../lib/native/free-items.js';
import { keyOf, ordinalOfKey } from '../../lib/native/item-key.js';
import { overCap, type ShardCaps } from '../../lib/native/open-shard.js';
import { ShardBuilder, type SealedShard } from '../../lib/native/shard-builder.js';
import { toWorkItem } from '../../lib/run/work-item.js';
import { sqliteStore } from '../../lib/store/sqlite/sqlite-store.js';
import { scriptedNative } from '../../lib/testing/scripted-native.js';

const limits: ShardCaps = { maxRequests: 5, maxBytes: 700, maxInputs: 9, tokens: 20 };
const native = scriptedNative().native;

const inputs = fc.array(
  fc.record({
    model: fc.constantFrom('a', 'b', 'c'),
    tokens: fc.integer({ min: 1, max: 22 }),
    inputs: fc.integer({ min: 1, max: 10 }),
    pad: fc.string({ maxLength: 700, unit: 'grapheme' }),
  }),
  { maxLength: 60 },
);

function build(items: readonly { model: string; tokens: number; inputs: number; pad: string }[]) {
  const store = sqliteStore({ path: ':memory:' });
  const job = store.createJob({
    ...{ jobId: 'j', provider: 'p', endpoint: 'e', model: null, params: {}, mode: 'native', runMode: 'native' },
    ...{ modeReason: '', tags: [], metadata: null, settings: {} },
  });
  const lease = store.acquire('j');
  store.appendItems(
    lease,
    items.map(({ model, ...input }, n) => ({
      ...{ itemId: `item-${n}`, hash: new Uint8Array(16) },
      request: JSON.stringify({ input, model }),
    })),
  );
  const free = new FreeItems(store.shards, lease, 0);
  const builder = new ShardBuilder({
    ...{ store: store.shards, lease, free, native, limits },
    toItem: (claimed) => toWorkItem(claimed, { model: undefined, params: {} }),
    caps: () => limits,
  });
  const sealed: SealedShard[] = [];
  const failed: number[] = [];
  while (free.any) {
    const step = builder.step();
    sealed.push(...step.sealed);
    failed.push(...step.failed.map(({ item }) => item.ordinal));
  }
  sealed.push(...builder.flush());
  return { store, job, sealed, failed };
}

it('puts every item into one shard of its model, in order, within every cap; what fits nowhere fails', () => {
  fc.assert(
    fc.property(inputs, (items) => {
      const { store, job, sealed, failed } = build(items);
      const placed: number[] = [];
      for (const { shard, model } of sealed) {
        const record = store.shards.list(job.key, 0).find((one) => one.shard === shard)!;
        const members = store.shards.items(job.key, shard, 0, 1_000);
        const lines = members.map((claimed) => {
          const { resolved, ordinal } = toWorkItem(claimed, { model: undefined, params: {} });
          return native.line(resolved, keyOf(ordinal));
        });
        const bytes = lines.reduce((sum, { text }) => sum + Buffer.byteLength(text) + 1, 0);
        expect(record).toMatchObject({ state: 'ready', requests: members.length, bytes, model });
        expect(lines.every((line) => line.model === model)).toBe(true);
        const tokens = lines.reduce((sum, line) => sum + line.tokens, 0);
        const sums = {
          requests: lines.length,
          bytes,
          tokens,
          inputs: lines.reduce((sum, line) => sum + line.inputs, 0),
        };
        expect(overCap(sums, limits)).toBeUndefined();
        expect(record).toMatchObject({
          tokens,
          firstOrdinal: members[0]!.ordinal,
          lastOrdinal: members.at(-1)!.ordinal,
        });
        placed.push(...members.map(({ ordinal }) => ordinal));
      }
      expect([...placed, ...failed].sort((a, b) => a - b)).toEqual(items.map((_, n) => n + 1));
      store.close();
    }),
    { numRuns: 60 },
  );
});

it('closes a shard only when the next item of its model does not fit', () => {
  const { sealed } = build(Array.from({ length: 12 }, () => ({ model: 'a', tokens: 1, inputs: 1, pad: '' })));
  expect(sealed.map(({ patch }) => patch.requests)).toEqual([5, 5, 2]);
});

it('keys name ordinals and nothing else', () => {
  expect(ordinalOfKey(keyOf(42))).toBe(42);
  for (const key of ['', 'i', 'i0', 'i01', 'i-1', 'i1.5', ' i1', 'i1 ', 'I1', 'item', 'i99999999999']) {
    expect(ordinalOfKey(key)).toBeUndefined();
  }
});
