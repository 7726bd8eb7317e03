import { concat, defer, EMPTY, type Observable } from 'rxjs';
import { ingestStage } from './ingest-stage.js';
import type { NativeDraft } from './native-draft.js';
import { searchStage } from './search-stage.js';
import { settleStage } from './settle-stage.js';
import type { Shard } from './shard.js';
import type { ShardContext } from './shard-context.js';
import { submitStage } from './submit-stage.js';
import { cancelStage, watchStage } from './watch-stage.js';

/**
 * One batch from wherever it is to its end, or back into the queue (`ready`), or to where a stop leaves it. Each stage moves it
 * on; what the stage emits is to be written with it.
 */
export function shardLife(shard: Shard, context: ShardContext): Observable<NativeDraft> {
  return defer(() => {
    const { state } = shard.record;
    return concat(
      stageOf(shard, context),
      defer(() => (goesOn(shard, state, context) ? shardLife(shard, context) : EMPTY)),
    );
  });
}

function stageOf(shard: Shard, context: ShardContext): Observable<NativeDraft> {
  switch (shard.record.state) {
    case 'ready':
      return submitStage(shard, context);
    case 'unsure':
      return searchStage(shard, context);
    case 'live':
      return context.halt.kind === 'cancel' ? cancelStage(shard, context) : watchStage(shard, context);
    case 'cancelling':
      return watchStage(shard, context);
    case 'ingesting':
      return ingestStage(shard, context);
    case 'settling':
      return settleStage(shard, context);
    default:
      return EMPTY;
  }
}

function goesOn(shard: Shard, before: Shard['record']['state'], { halt }: ShardContext): boolean {
  const { state } = shard.record;
  if (state === 'ready' || state === 'done' || state === 'intent') return false;
  // What is decided is local, and quick.
  if (halt.kind === 'stop') return state === 'settling' && before !== 'settling';
  // A stage that was silenced has nothing to add; one that was interrupted to cancel has.
  return state !== before || state === 'live';
}
