import { keyOf } from './item-key.js';
import type { Shard } from './shard.js';
import type { ShardContext } from './shard-context.js';

const pageSize = 256;

/** A shard's lines in order, each with its line feed, read from the store a page at a time: never one string. */
export function* shardLines(shard: Shard, { store, lease, native, toItem }: ShardContext): Generator<string> {
  let after = 0;
  for (;;) {
    const page = store.shards.items(lease.jobKey, shard.record.shard, after, pageSize);
    for (const claimed of page) {
      const { resolved, ordinal } = toItem(claimed);
      yield `${native.line(resolved, keyOf(ordinal)).text}\n`;
      after = ordinal;
    }
    if (page.length < pageSize) return;
  }
}
