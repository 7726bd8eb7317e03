import {
  catchError,
  concat,
  defer,
  EMPTY,
  ignoreElements,
  merge,
  Subject,
  switchMap,
  takeUntil,
  tap,
  throwError,
  type Observable,
} from 'rxjs';
import { pollUntil } from '../operators/poll-until.js';
import type { RemoteBatch } from '../provider/native.js';
import { askBatch, batchIdOf } from './ask-batch.js';
import type { NativeDraft } from './native-draft.js';
import { CallRefused, patiently } from './patiently.js';
import { isAlive, isCrowded, isFinal, mayHaveAnswers } from './search-verdict.js';
import { remoteCall } from './remote-call.js';
import { twinWatch } from './search-stage.js';
import { putBack, vanished } from './settle-cause.js';
import type { Shard } from './shard.js';
import { moveShard, type ShardContext } from './shard-context.js';

/** Polls a batch until it has ended remotely; decides nothing by its counts. */
export function watchStage(shard: Shard, context: ShardContext): Observable<NativeDraft> {
  const { halt } = context;
  const over$ = new Subject<void>();
  const polls$ = pollBatch(shard, context).pipe(
    switchMap((batch) => {
      if (isFinal(batch.status)) ended(shard, batch, context);
      // It was too early to cancel it, or nobody lived to ask.
      const again = shard.record.state === 'cancelling' && halt.kind === 'cancel' && isAlive(batch.status);
      return again ? askToEnd(shard, context) : EMPTY;
    }),
    catchError((error: unknown) => gone(shard, error, context)),
    tap({ complete: () => over$.next() }),
  );
  const interrupted$ = shard.record.state === 'live' ? halt.any$ : halt.stop$;
  return merge(polls$, twinWatch(shard, context).pipe(takeUntil(over$))).pipe(takeUntil(interrupted$));
}

/** Asks the batch to end; what it answered until then will be read. */
export function cancelStage(shard: Shard, context: ShardContext): Observable<never> {
  return defer(() => {
    moveShard(shard, 'cancel', context, { cause: putBack });
    return askToEnd(shard, context);
  });
}

function askToEnd(shard: Shard, context: ShardContext): Observable<never> {
  const { native } = context;
  return patiently('cancel', (call) => native.cancel(batchIdOf(shard), call), shard, context).pipe(
    // Too early, too late, or no longer there: the next poll tells.
    catchError((error: unknown) => (error instanceof CallRefused ? EMPTY : throwError(() => error))),
    ignoreElements(),
  );
}

/** Every answer of a batch's polls, the final one last. */
export function pollBatch(shard: Shard, context: ShardContext): Observable<RemoteBatch> {
  const { settings, random, scheduler } = context;
  const { pollIntervalMs, maxPollIntervalMs } = settings;
  // What was just created has not ended; what is taken up after a pause may have.
  const firstMs = shard.remote === undefined || isFinal(shard.remote.status) ? 0 : pollIntervalMs;
  return pollUntil(
    () => askBatch(shard, context),
    ({ status }) => isFinal(status),
    { intervalMs: pollIntervalMs, maxIntervalMs: maxPollIntervalMs, jitter: 0.1, firstMs, random, scheduler },
  ).pipe(
    tap((batch) => {
      shard.remote = batch;
      context.changed();
    }),
  );
}

function ended(shard: Shard, batch: RemoteBatch, context: ShardContext): void {
  const { quota } = context;
  const crowded = isCrowded(batch);
  const tooLarge = crowded && quota.refused(shard.enqueued, true).tooLarge;
  if (!crowded) quota.drained(shard.enqueued);
  // What a crowded one did answer is paid for.
  if (!crowded || mayHaveAnswers(batch)) {
    moveShard(shard, 'ended', context, { said: batch.said });
    return;
  }
  const { attempt, requests } = shard.record;
  if (shard.cancelled || (tooLarge && requests > 1)) moveShard(shard, 'decided', context, { cause: putBack });
  else moveShard(shard, 'crowded', context, { attempt: attempt + 1, batchId: null, said: '' });
  shard.remote = undefined;
}

/** Given up; should it live after all, it is not to cost more than it has. */
function gone(shard: Shard, error: unknown, context: ShardContext): Observable<never> {
  if (!(error instanceof CallRefused)) throw error;
  const { native, quota, settings, scheduler } = context;
  const cancel$ = remoteCall((call) => native.cancel(batchIdOf(shard), call), {
    timeoutMs: settings.callTimeoutMs,
    scheduler,
  }).pipe(
    ignoreElements(),
    catchError(() => EMPTY),
  );
  const vanished$ = defer(() => {
    quota.drained(shard.enqueued);
    moveShard(shard, 'decided', context, { cause: vanished(error.message) });
    return EMPTY;
  });
  return concat(cancel$, vanished$);
}
