import { markerOf } from '../../../lib/provider/gemini/native/marker.js';
import { markerOfMetadata } from '../../../lib/provider/openai/native/marker.js';
import type { Cell } from './cell.js';
import type { Life } from './life.js';

export interface BatchFigures {
  readonly batches: number;
  /** Batches that were created for a shard that had one. */
  readonly duplicateBatches: number;
  /** Items a batch answered, and was paid for, more than once. */
  readonly paidTwice: number;
  /** Ordinary requests in native mode. */
  readonly strayRequests: number;
}

/** Native batches by their markers, and the lines that were billed. */
export function judgeBatches({ server: { ledger } }: Life, { mode, provider }: Cell): BatchFigures {
  const shards = ledger.batches.map(({ marker }) => {
    const read = provider === 'openai' ? markerOfMetadata(marker) : markerOf(marker);
    return `${read?.run ?? '?'} ${read?.shard ?? '?'}`;
  });
  return {
    batches: shards.length,
    duplicateBatches: shards.length - new Set(shards).size,
    paidTwice: [...ledger.billedPerItem().values()].filter((times) => times > 1).length,
    strayRequests: mode === 'native' ? ledger.requests : 0,
  };
}
