import { catchError, from, map, mergeMap, of, throwError, type Observable } from 'rxjs';
import type { RemoteBatch } from '../provider/native.js';
import { ProviderError, failureVerdict } from '../provider/provider-error.js';
import { CallRefused, patiently } from './patiently.js';
import { findBatches } from './search-stage.js';
import { candidates, chooseBatch } from './search-verdict.js';
import type { Shard } from './shard.js';
import { writeShard, type ShardContext } from './shard-context.js';

/** One answer about a shard's batch, asked for until there is one; errors with {@link CallRefused} where it is gone. */
export function askBatch(shard: Shard, context: ShardContext): Observable<RemoteBatch> {
  const { native } = context;
  const poll$ = patiently(
    'poll',
    (call) => from(native.poll(batchIdOf(shard), call)).pipe(map((batch) => ofShard(batch, shard, context))),
    shard,
    context,
  );
  return poll$.pipe(
    catchError((error: unknown) =>
      error instanceof CallRefused ? askList(shard, error, context) : throwError(() => error),
    ),
  );
}

/** A batch that is not found by its id is taken as the list has it: to give up one that lives is to pay for it again. */
function askList(shard: Shard, error: CallRefused, context: ShardContext): Observable<RemoteBatch> {
  return findBatches(shard, context).pipe(
    mergeMap((batches) => {
      const listed = chooseBatch(candidates(batches, shard.record.attempt, true));
      if (listed === undefined) return throwError(() => error);
      const { batchId } = listed;
      if (batchId !== shard.record.batchId) writeShard(shard, { batchId }, context);
      return of(listed);
    }),
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
