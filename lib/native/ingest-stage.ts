import {
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  filter,
  from,
  mergeMap,
  of,
  takeUntil,
  tap,
  type Observable,
} from 'rxjs';
import { pollUntil } from '../operators/poll-until.js';
import type { BatchFault, RemoteBatch } from '../provider/native.js';
import { askBatch } from './ask-batch.js';
import type { Awaited } from './awaited.js';
import { ordinalOfKey } from './item-key.js';
import { loadAwaited } from './load-awaited.js';
import type { NativeDraft } from './native-draft.js';
import { mergeOutputs } from './output-marks.js';
import { CallRefused } from './patiently.js';
import { readOutput, type Reading } from './read-output.js';
import { Readings } from './readings.js';
import { isFinal } from './search-verdict.js';
import { settleCause, vanished } from './settle-cause.js';
import { settleItems } from './settle-stage.js';
import type { Shard } from './shard.js';
import type { ShardContext } from './shard-context.js';
import type { SettleCause } from '../store/shard-store.js';

/** One look at the batch and everything readable of it are over. */
const LOOKED = Symbol('looked');

/** Reads everything an ended batch has to say, then deals with the items it left out. */
export function ingestStage(shard: Shard, context: ShardContext): Observable<NativeDraft> {
  return loadAwaited(shard, context).pipe(
    mergeMap((awaited) =>
      concat(
        readAll(shard, awaited, context).pipe(takeUntil(context.halt.stop$)),
        defer(() => (context.halt.kind === 'stop' ? EMPTY : conclude(shard, awaited, context))),
      ),
    ),
  );
}

/** Outputs may appear after the end: while answers are missing, looks again for a while. */
function readAll(shard: Shard, awaited: Awaited, context: ShardContext): Observable<NativeDraft> {
  const { settings, random, scheduler } = context;
  const since = scheduler.now();
  const reading: Reading = { awaited, readings: new Readings() };
  // As told when it ended; at every further look, as it is then.
  let told = shard.remote !== undefined && isFinal(shard.remote.status) ? shard.remote : undefined;
  const look = (): Observable<NativeDraft | typeof LOOKED> => {
    const batch$ = told === undefined ? askAgain(shard, context) : of(told);
    told = undefined;
    return concat(batch$.pipe(concatMap((batch) => readOutputs(batch, shard, reading, context))), of(LOOKED));
  };
  const isOver = (value: NativeDraft | typeof LOOKED): boolean =>
    value === LOOKED &&
    !expectsMore(shard.remote, awaited.left, scheduler.now() - since < settings.lateOutputMs) &&
    !looksShort(shard, reading);
  return pollUntil(look, isOver, {
    intervalMs: settings.pollIntervalMs,
    maxIntervalMs: settings.maxPollIntervalMs,
    random,
    scheduler,
  }).pipe(
    filter((value) => value !== LOOKED),
    catchError((error: unknown) => {
      if (!(error instanceof CallRefused)) throw error;
      shard.remote = undefined;
      return EMPTY;
    }),
  );
}

function askAgain(shard: Shard, context: ShardContext): Observable<RemoteBatch> {
  return askBatch(shard, context).pipe(tap((batch) => (shard.remote = batch)));
}

function readOutputs(
  batch: RemoteBatch,
  shard: Shard,
  reading: Reading,
  context: ShardContext,
): Observable<NativeDraft> {
  return defer(() => {
    shard.apply({ outputs: mergeOutputs(shard.record.outputs, batch.outputs) });
    const short = looksShort(shard, reading);
    const { outputs } = shard.record;
    const wanted = outputs.filter(({ output, read }) => !read || (short && !reading.readings.isEnough(output)));
    return from(wanted).pipe(concatMap(({ output }) => readOutput(output, shard, reading, context)));
  });
}

/** Whether answers are missing that its outputs may hold after all; they cost a download, and batches cost money. */
function looksShort({ remote, record }: Shard, { awaited, readings }: Reading): boolean {
  const { left } = awaited;
  if (remote === undefined || left === 0) return false;
  const { counts, status } = remote;
  const told = counts === undefined ? Infinity : counts.completed + counts.failed;
  if (status !== 'completed' && told <= record.requests - left) return false;
  return record.outputs.some(({ output }) => !readings.isEnough(output));
}

/** Whether an output may still appear; counts are a hint here, and only for how long to look. */
export function expectsMore(batch: RemoteBatch | undefined, left: number, inTime: boolean): boolean {
  if (batch === undefined || left === 0) return false;
  // Said to have ended too early: it is waited for as before.
  if (!isFinal(batch.status)) return true;
  if (!inTime) return false;
  switch (batch.status) {
    case 'completed':
      return true;
    case 'expired':
    case 'cancelled':
    case 'failed':
      return batch.outputs.length === 0 && (batch.counts?.completed ?? 0) > 0;
    default:
      return false;
  }
}

/** What those without an answer get is decided, written behind the answers, and done. */
function conclude(shard: Shard, awaited: Awaited, context: ShardContext): Observable<NativeDraft> {
  const { remote } = shard;
  const cause: SettleCause =
    remote === undefined
      ? vanished('it could not be read')
      : settleCause(remote, shard.cancelled, (fault) => faultyOrdinal(fault, shard, context));
  const patch = shard.after('decided', { cause });
  shard.apply(patch);
  return concat(
    of<NativeDraft>({ type: 'shard', shard: shard.record.shard, patch }),
    settleItems(shard, awaited, context),
  );
}

function faultyOrdinal({ key, line }: BatchFault, shard: Shard, { store, lease }: ShardContext): number | undefined {
  if (key !== undefined) return ordinalOfKey(key);
  if (line === undefined) return undefined;
  return store.shards.ordinals(lease.jobKey, shard.record.shard, 0, line)[line - 1];
}
