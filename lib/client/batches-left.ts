import type { ShardRecord } from '../store/shard-store.js';

/** Longer than any batch of this library's lives at its provider, which has a day, or two. */
const longestLifeMs = 3 * 86_400_000;

/** Batches that may exist, and go on, or whose answers are not read yet: each by its id, or its file where no more is known. */
export function batchesLeft(shards: readonly ShardRecord[], now: number): readonly string[] {
  return shards
    .filter((shard) => isPossible(shard) && now - (shard.intentAt ?? now) < longestLifeMs)
    .map(({ shard, batchId, fileId }) => batchId ?? fileId ?? `shard ${String(shard)}`);
}

function isPossible({ state, fileId }: ShardRecord): boolean {
  switch (state) {
    case 'intent':
      // The upload is recorded before the create is sent.
      return fileId !== null;
    case 'unsure':
    case 'live':
    case 'cancelling':
    case 'ingesting':
      return true;
    default:
      return false;
  }
}
