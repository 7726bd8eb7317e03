import {
  concat,
  defer,
  EMPTY,
  expand,
  from,
  ignoreElements,
  map,
  mergeMap,
  of,
  takeUntil,
  tap,
  timer,
  toArray,
  type Observable,
} from 'rxjs';
import { catchError } from 'rxjs';
import type { RemoteBatch } from '../provider/native.js';
import type { NativeDraft } from './native-draft.js';
import { patiently } from './patiently.js';
import { remoteCall } from './remote-call.js';
import { batchesOf, candidates, chooseBatch, isAbsent, isAlive, searchDelay } from './search-verdict.js';
import { putBack } from './settle-cause.js';
import type { Shard } from './shard.js';
import { moveShard, writeShard, type ShardContext } from './shard-context.js';

/**
 * A batch that may have been created: searched for in the provider's list until it is found, or was not for long enough. The
 * rest of the job goes on meanwhile.
 */
export function searchStage(shard: Shard, context: ShardContext): Observable<NativeDraft> {
  const { halt, scheduler } = context;
  const rounds$ = defer(() => searchOnce(shard, context)).pipe(
    expand(({ waitMs }) =>
      waitMs === undefined
        ? EMPTY
        : timer(waitMs, scheduler).pipe(mergeMap(() => defer(() => searchOnce(shard, context)))),
    ),
    mergeMap(({ drafts$ }) => drafts$),
  );
  return rounds$.pipe(takeUntil(halt.stop$));
}

interface Round {
  /** Milliseconds to the next round; undefined when it is decided. */
  readonly waitMs: number | undefined;
  readonly drafts$: Observable<NativeDraft>;
}

function searchOnce(shard: Shard, context: ShardContext): Observable<Round> {
  const beganAt = context.scheduler.now();
  return findBatches(shard, context).pipe(map((batches) => conclude(shard, batches, beganAt, context)));
}

function conclude(shard: Shard, batches: readonly RemoteBatch[], beganAt: number, context: ShardContext): Round {
  const { orphanWaitMs } = context.settings;
  const { attempt, intentAt } = shard.record;
  const searches = shard.record.searches + 1;
  const search = { searches, intentAt: intentAt ?? beganAt, lastAt: beganAt, orphanWaitMs };
  const last = isAbsent(search);
  const chosen = chooseBatch(candidates(batches, attempt, last));
  if (chosen !== undefined) {
    shard.remote = chosen;
    moveShard(shard, 'found', context, { batchId: chosen.batchId, said: chosen.said });
    return {
      waitMs: undefined,
      drafts$: concat(
        of<NativeDraft>({ type: 'note', add: { adoptedBatches: 1 } }),
        cancelTwins(shard, batches, context),
      ),
    };
  }
  writeShard(shard, { searches }, context);
  if (!last) return { waitMs: searchDelay({ ...search, lastAt: context.scheduler.now() }), drafts$: EMPTY };
  context.quota.giveBack(shard.enqueued);
  if (context.halt.kind === 'cancel') moveShard(shard, 'decided', context, { cause: putBack });
  else moveShard(shard, 'absent', context, { attempt: attempt + 1 });
  return { waitMs: undefined, drafts$: EMPTY };
}

/** One full search for the batches of this shard. */
export function findBatches(shard: Shard, context: ShardContext): Observable<readonly RemoteBatch[]> {
  const { native, marker } = context;
  // A list that broke off is no full search: the whole of it is repeated.
  return patiently('find', (call) => from(native.find(marker, call)).pipe(toArray()), shard, context).pipe(
    map((batches) => batchesOf(shard.record, batches)),
  );
}

/** Ends every other batch of this shard that still works. */
export function cancelTwins(
  shard: Shard,
  batches: readonly RemoteBatch[],
  context: ShardContext,
): Observable<NativeDraft> {
  const { native, settings, scheduler } = context;
  const twins = batches.filter(({ batchId, status }) => batchId !== shard.record.batchId && isAlive(status));
  return from(twins).pipe(
    mergeMap(({ batchId }) =>
      concat(
        remoteCall((call) => native.cancel(batchId, call), { timeoutMs: settings.callTimeoutMs, scheduler }).pipe(
          ignoreElements(),
        ),
        of<NativeDraft>({ type: 'note', add: { twinsCancelled: 1 } }),
        // It may have ended meanwhile, or is cancelled at the next look.
      ).pipe(catchError(() => EMPTY)),
    ),
  );
}

/** After a second creation the first may turn up late: looked for, less and less often. */
export function twinWatch(shard: Shard, context: ShardContext): Observable<NativeDraft> {
  const { settings, scheduler } = context;
  if (shard.record.attempt === 1) return EMPTY;
  return of(settings.orphanWaitMs).pipe(
    expand((waitMs) => timer(waitMs, scheduler).pipe(map(() => waitMs * 2))),
    mergeMap((waitMs, n) => (n === 0 || waitMs === 0 ? EMPTY : findBatches(shard, context))),
    mergeMap((batches) => cancelTwins(shard, batches, context)),
    tap(() => context.changed()),
  );
}
