import { asyncScheduler, Subject, Subscription, type Observable, type SchedulerLike } from 'rxjs';
import type { PacingState, ShardProgress } from '../core/progress.js';
import { DONE, IDLE, type PullSource } from '../operators/merge-pull.js';
import type { NativeCapability } from '../provider/native.js';
import type { RunQueue } from '../run/run-queue.js';
import type { WorkItem } from '../run/work-item.js';
import type { BatchStore, ClaimedItem, Draft, Lease } from '../store/store.js';
import type { BatchQuota } from './batch-quota.js';
import { FreeItems } from './free-items.js';
import type { Halt } from './halt.js';
import { effectiveCaps, type NativeSettings } from './native-options.js';
import type { ShardCaps } from './open-shard.js';
import { recoverShard } from './recover.js';
import { Shard } from './shard.js';
import { inFlight, quotaPacing, shardRow, shownEnded } from './shard-board.js';
import { ShardBuilder, type BuildStep } from './shard-builder.js';

/** What is to be done next. */
export type NativeTask =
  /** One page of items into shards. */
  | { readonly kind: 'build' }
  /** A shard may go on, or begin. */
  | { readonly kind: 'shard'; readonly shard: Shard }
  /** Files of a shard whose results are stored are no longer needed. */
  | { readonly kind: 'clean'; readonly files: readonly string[] };

export interface ShardQueueOptions {
  readonly store: BatchStore;
  readonly lease: Lease;
  readonly native: NativeCapability;
  readonly quota: BatchQuota;
  readonly settings: Pick<NativeSettings, 'nativeCaps' | 'cleanUp'>;
  readonly toItem: (claimed: ClaimedItem) => WorkItem;
  readonly lowWater: number;
  /** False: only goes on with the shards there are, and puts nothing into new ones. Default true. */
  readonly build?: boolean;
  readonly scheduler?: SchedulerLike;
}

/** Uploads at the same time. */
const maxSubmits = 3;
/** Complete shards that may wait for room. */
const maxReady = 4;

/** A native run's work: shards taken up again, shards there is room for, and the next page of items. */
export class ShardQueue implements PullSource<NativeTask>, RunQueue {
  readonly #ready = new Subject<void>();
  readonly ready$: Observable<void> = this.#ready.asObservable();
  readonly #options: ShardQueueOptions;
  readonly #scheduler: SchedulerLike;
  readonly #free: FreeItems;
  readonly #builder: ShardBuilder;
  readonly #timer = new Subscription();
  #wakesAt = Infinity;
  #halt: Halt | undefined;

  #recovered: Shard[] = [];
  #waiting: Shard[] = [];
  readonly #working = new Set<Shard>();
  /** Their end waits to be written. */
  readonly #unwritten = new Map<number, Shard>();
  #ended: ShardProgress[] = [];
  readonly #clean: (readonly string[])[] = [];
  /** Items that fitted nowhere, until their failure is written. */
  readonly #failing = new Set<number>();

  #building = false;
  #inputEnded = false;
  #open = false;
  #closed = false;
  #over = false;

  constructor(options: ShardQueueOptions) {
    this.#options = options;
    this.#scheduler = options.scheduler ?? asyncScheduler;
    const { store, lease, native, toItem, lowWater } = options;
    this.#free = new FreeItems(store.shards, lease, lowWater);
    this.#builder = new ShardBuilder({
      store: store.shards,
      ...{ lease, native, toItem },
      free: this.#free,
      caps: (model) => this.#caps(options.quota.tokenLimit(model)),
      limits: this.#caps(effectiveCaps(native.caps, options.settings.nativeCaps).enqueuedTokens),
    });
  }

  /** Takes up what earlier runs left. Called once, before the first pull. */
  recover(halt: Halt): void {
    this.#halt = halt;
    const { store, lease, quota } = this.#options;
    const dropped: number[] = [];
    for (const record of store.shards.list(lease.jobKey, shownEnded)) {
      const shard = new Shard(record, lease.jobId);
      const plan = recoverShard(record);
      if (plan.kind === 'forget') this.#ended.push(shardRow(shard));
      else if (plan.kind === 'drop') dropped.push(record.shard);
      else {
        if (plan.event !== null) {
          const patch = shard.after(plan.event);
          store.shards.update(lease, record.shard, patch);
          shard.apply(patch);
        }
        if (shard.record.state === 'ready') this.#waiting.push(shard);
        else this.#recovered.push(shard);
        if (!['ready', 'ingesting', 'settling'].includes(shard.record.state)) quota.hold(shard.enqueued);
      }
    }
    if (dropped.length > 0) store.shards.drop(lease, dropped);
  }

  pull(): NativeTask | typeof IDLE | typeof DONE {
    const halt = this.#halt?.kind ?? 'no';
    if (halt === 'stop') return this.#done();
    const files = this.#clean.shift();
    if (files !== undefined) return { kind: 'clean', files };
    if (halt === 'no' && (!this.#open || this.#closed)) return IDLE;
    const recovered = this.#recovered.shift();
    if (recovered !== undefined) return this.#begin(recovered);
    if (halt === 'cancel') {
      this.#dropUnsent();
      // What was answered must be written before anybody else may take what was not.
      return this.#working.size === 0 && this.#unwritten.size === 0 ? this.#done() : IDLE;
    }
    const admitted = this.#admit();
    if (admitted !== undefined) return this.#begin(admitted);
    if (this.#options.build !== false && !this.#building && this.#waiting.length < maxReady && this.#hasWork()) {
      this.#building = true;
      return { kind: 'build' };
    }
    return this.#isOver() ? this.#done() : IDLE;
  }

  /** One page of items into shards; the end of the input closes those that are open. */
  build(): BuildStep {
    const step = this.#free.any ? this.#builder.step() : { sealed: [], failed: [] };
    const sealed = [...step.sealed];
    if (!this.#free.any && this.#inputEnded) sealed.push(...this.#builder.flush());
    for (const { shard, model, patch } of sealed)
      this.#waiting.push(newShard(shard, model, patch, this.#options.lease.jobId));
    for (const { item } of step.failed) this.#failing.add(item.ordinal);
    this.#building = false;
    return { sealed, failed: step.failed };
  }

  /** A shard's life is over, for now or for good. */
  ended(shard: Shard): void {
    this.#working.delete(shard);
    if (shard.record.state === 'ready') this.#waiting.push(shard);
    if (shard.record.state === 'done') this.#unwritten.set(shard.record.shard, shard);
  }

  get over(): boolean {
    return this.#over;
  }
  startFrom(lowWater: number): void {
    this.#free.startFrom(lowWater);
  }
  open(): void {
    this.#open = true;
    this.#ready.next();
  }
  close(): void {
    this.#closed = true;
  }
  nudge(): void {
    this.#ready.next();
  }
  /** Something changed, perhaps in the middle of a shard's step: looks again on the next turn. */
  wake(): void {
    this.#wakeIn(0);
  }
  inputGrew(ended = false): void {
    if (ended) this.#inputEnded = true;
    this.#free.grew();
    this.#ready.next();
  }
  inputAgain(): void {
    this.#inputEnded = false;
  }
  written(ordinal: number): void {
    this.#failing.delete(ordinal);
  }

  committed(drafts: readonly Draft[]): void {
    for (const draft of drafts) {
      if (draft.type !== 'shard' || draft.patch?.state !== 'done') continue;
      const shard = this.#unwritten.get(draft.shard);
      if (shard === undefined) continue;
      this.#unwritten.delete(draft.shard);
      const { fileId, outputs, firstOrdinal, lastOrdinal } = shard.record;
      if (shard.leftover) this.#free.freed(firstOrdinal, lastOrdinal);
      this.#ended = [...this.#ended, shardRow(shard)].slice(-shownEnded);
      const files = [...(fileId === null ? [] : [fileId]), ...outputs.map(({ output }) => output)];
      if (this.#options.settings.cleanUp && files.length > 0) this.#clean.push(files);
      this.#wakeIn(0);
    }
  }

  /** Everything that may have to be looked at again lies above; what is with a provider does. */
  get lowWater(): number {
    let least = this.#free.lowWater;
    for (const first of this.#builder.firsts) least = Math.min(least, first - 1);
    for (const ordinal of this.#failing) least = Math.min(least, ordinal - 1);
    for (const { record } of this.#shards()) least = Math.min(least, record.firstOrdinal - 1);
    return least;
  }

  /** Nothing here is in doubt for having been claimed: the shards say what may have been sent. */
  get claimedTo(): number {
    return this.lowWater;
  }

  get inFlight(): number {
    return inFlight(this.#shards());
  }

  get pacing(): PacingState {
    return quotaPacing(this.#options.quota, this.#waiting.length);
  }

  get shards(): readonly ShardProgress[] {
    const rows = [...this.#shards()].map(shardRow).sort((a, b) => a.shard - b.shard);
    return [...this.#ended.slice(Math.min(this.#ended.length, rows.length)), ...rows];
  }

  /** The run is over: what it held in the provider's queue is no longer this process's to know. */
  dispose(): void {
    this.#timer.unsubscribe();
    for (const shard of this.#shards()) this.#options.quota.giveBack(shard.enqueued);
  }

  *#shards(): Generator<Shard> {
    yield* this.#recovered;
    yield* this.#working;
    yield* this.#unwritten.values();
    yield* this.#waiting;
  }

  #begin(shard: Shard): NativeTask {
    this.#working.add(shard);
    return { kind: 'shard', shard };
  }

  /** The first shard that may be created now. */
  #admit(): Shard | undefined {
    const { quota } = this.#options;
    const now = this.#scheduler.now();
    const submitting = [...this.#working].filter(({ record }) => record.state === 'ready' || record.state === 'intent');
    if (submitting.length >= maxSubmits) return undefined;
    for (const [at, shard] of this.#waiting.entries()) {
      const admission = shard.notBefore > now ? shard.notBefore - now : quota.ask(shard.enqueued);
      if (admission === 'now') {
        quota.take(shard.enqueued);
        this.#waiting.splice(at, 1);
        return shard;
      }
      if (typeof admission === 'number') this.#wakeIn(admission);
    }
    return undefined;
  }

  #hasWork(): boolean {
    return this.#free.any || (this.#inputEnded && !this.#builder.isEmpty);
  }

  #isOver(): boolean {
    const busy = this.#building || this.#waiting.length > 0 || this.#working.size > 0 || this.#unwritten.size > 0;
    if (busy || this.#clean.length > 0) return false;
    return this.#options.build === false || (this.#inputEnded && !this.#hasWork());
  }

  #dropUnsent(): void {
    const { store, lease } = this.#options;
    const unsent = this.#waiting.map(({ record }) => record.shard);
    this.#waiting = [];
    if (unsent.length > 0) store.shards.drop(lease, unsent);
    this.#builder.drop();
  }

  #caps(tokens: number | null): ShardCaps {
    const { native, settings } = this.#options;
    const { maxRequests, maxBytes, maxInputs } = effectiveCaps(native.caps, settings.nativeCaps);
    return { maxRequests, maxBytes, maxInputs, tokens };
  }

  #wakeIn(delayMs: number): void {
    const at = this.#scheduler.now() + delayMs;
    if (at >= this.#wakesAt || this.#timer.closed) return;
    this.#wakesAt = at;
    this.#timer.add(
      this.#scheduler.schedule(
        () => {
          this.#wakesAt = Infinity;
          this.#ready.next();
        },
        Math.min(delayMs, 2_000_000_000),
      ),
    );
  }

  #done(): typeof DONE {
    this.#over = true;
    return DONE;
  }
}

function newShard(shard: number, model: string, patch: object, jobId: string): Shard {
  const empty = { attempt: 1, content: '', requests: 0, bytes: 0, tokens: 0, firstOrdinal: 0, lastOrdinal: 0 };
  const unsent = { intentAt: null, searches: 0, fileId: null, batchId: null, said: '', completed: 0, failed: 0 };
  return new Shard({ shard, model, state: 'ready', ...empty, ...unsent, outputs: [], cause: null, ...patch }, jobId);
}
