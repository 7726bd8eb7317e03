import { from, map, type Observable } from 'rxjs';
import type { RemoteBatch } from '../provider/native.js';
import { ProviderError, failureVerdict } from '../provider/provider-error.js';
import { patiently } from './patiently.js';
import type { Shard } from './shard.js';
import type { ShardContext } from './shard-context.js';

/** One answer about a shard's batch, asked for until there is one. */
export function askBatch(shard: Shard, context: ShardContext): Observable<RemoteBatch> {
  const { native } = context;
  return patiently(
    'poll',
    (call) => from(native.poll(batchIdOf(shard), call)).pipe(map((batch) => ofShard(batch, shard, context))),
    context,
  );
}

/**
 * Throws for a batch that carries another marker: what a gateway that mixes up its answers tells is no answer, and acting on it
 * would give up a batch that is paid for. Ids are not compared: some gateways write them in more than one way.
 */
export function ofShard(batch: RemoteBatch, { record }: Shard, context: ShardContext): RemoteBatch {
  const { marker } = batch;
  const isOther =
    marker !== undefined &&
    (marker.run !== context.marker || marker.shard !== record.shard || marker.content !== record.content);
  if (isOther) throw new ProviderError(failureVerdict('invalid_response', 'the answer is about another batch'));
  return batch;
}

export function batchIdOf({ record }: Shard): string {
  if (record.batchId === null) throw new Error(`Shard ${String(record.shard)} has no batch yet`);
  return record.batchId;
}
