import {
  asyncScheduler,
  catchError,
  concat,
  defer,
  EMPTY,
  finalize,
  from,
  ignoreElements,
  merge,
  Subject,
  subscribeOn,
  switchMap,
  takeUntil,
  tap,
  timer,
  type Observable,
  type SchedulerLike,
} from 'rxjs';
import { mergePull } from '../operators/merge-pull.js';
import type { OutcomeOptions } from '../run/outcome.js';
import type { CircuitBreaker } from '../run/circuit-breaker.js';
import type { StopRequest } from '../run/stop.js';
import type { WorkItem } from '../run/work-item.js';
import type { BatchStore, ClaimedItem, Lease } from '../store/store.js';
import type { NativeCapability } from '../provider/native.js';
import type { BatchQuota } from './batch-quota.js';
import { failItem } from './line-drafts.js';
import { Halt } from './halt.js';
import type { NativeDraft } from './native-draft.js';
import type { NativeSettings } from './native-options.js';
import { tripped } from './read-page.js';
import { remoteCall } from './remote-call.js';
import type { ShardContext } from './shard-context.js';
import { shardLife } from './shard-life.js';
import type { NativeTask, ShardQueue } from './shard-queue.js';

export interface NativeRunOptions extends OutcomeOptions {
  readonly store: BatchStore;
  readonly lease: Lease;
  readonly native: NativeCapability;
  readonly queue: ShardQueue;
  readonly quota: BatchQuota;
  readonly breaker: CircuitBreaker;
  readonly settings: NativeSettings;
  readonly toItem: (claimed: ClaimedItem) => WorkItem;
  /** Ends the run: no batch can pass now. */
  readonly stop: (request: StopRequest) => void;
  /** Fires when the run is to stop. */
  readonly stopped$: Observable<unknown>;
  /** Why, once it has fired. */
  readonly stopRequest: () => StopRequest | undefined;
  /** Cancels every batch there is from the start, and waits for their ends: the rest is done some other way. */
  readonly cancelAll?: boolean;
  /** Something worth a progress event happened. */
  readonly changed: () => void;
  readonly scheduler?: SchedulerLike;
}

/** Files are no reason to keep a job open. */
const cleanUpMs = 30_000;

/** The provider's own batches: fills shards, creates, waits, reads, and tells what is to be written. */
export function nativeRun(options: NativeRunOptions): Observable<NativeDraft> {
  return defer(() => {
    const { queue, scheduler = asyncScheduler } = options;
    const halt = new Halt();
    if (options.cancelAll === true) halt.ask('cancel');
    const context: ShardContext = {
      ...options,
      ...{ halt, scheduler, contact: queue.contact },
      changed: () => {
        // A shard that was created makes room for the next upload.
        queue.wake();
        options.changed();
      },
      marker: options.store.shards.marker(options.lease),
    };
    queue.recover(halt);
    const over$ = new Subject<void>();
    const halting$ = options.stopped$.pipe(
      tap(() => halt.ask(options.stopRequest()?.kind === 'cancel' ? 'cancel' : 'stop')),
      ignoreElements(),
      takeUntil(over$),
    );
    const room$ = options.quota.changes$.pipe(
      tap(() => queue.wake()),
      ignoreElements(),
      takeUntil(over$),
    );
    const work$ = mergePull(queue, (task) => taskDrafts(task, options, context), {
      concurrency: Infinity,
      turn: 64,
      scheduler,
    }).pipe(tap({ complete: () => over$.next() }));
    return merge(halting$, room$, work$).pipe(
      takeUntil(patienceEnds(options, scheduler)),
      finalize(() => queue.dispose()),
    );
  });
}

/** How long a stop waits for creates under way, and a cancel for its batches. */
function patienceEnds({ stopped$, stopRequest, settings }: NativeRunOptions, scheduler: SchedulerLike) {
  return stopped$.pipe(
    switchMap(() => timer(stopRequest()?.kind === 'cancel' ? settings.cancelWaitMs : settings.drainMs, scheduler)),
  );
}

function taskDrafts(task: NativeTask, options: NativeRunOptions, context: ShardContext): Observable<NativeDraft> {
  const { queue } = options;
  switch (task.kind) {
    case 'build':
      // On a turn of its own: a million items must not hold up the event loop.
      return defer(() => from(build(queue, context))).pipe(subscribeOn(context.scheduler));
    case 'clean':
      return cleanUp(task.files, context);
    case 'shard':
      return concat(
        shardLife(task.shard, context),
        defer(() => {
          queue.ended(task.shard);
          return EMPTY;
        }),
      );
  }
}

function build(queue: ShardQueue, context: ShardContext): readonly NativeDraft[] {
  if (context.halt.kind !== 'no') return [];
  return queue.build().failed.map(({ item, error }) => {
    const draft = failItem(item, error, context);
    tripped(context.breaker.note(draft.result), context);
    return draft;
  });
}

function cleanUp(files: readonly string[], { native, scheduler }: ShardContext): Observable<never> {
  return remoteCall((call) => native.cleanUp(files, call), { timeoutMs: cleanUpMs, scheduler }).pipe(
    ignoreElements(),
    catchError(() => EMPTY),
  );
}
