import { asyncScheduler, Subject, type Observable, type SchedulerLike } from 'rxjs';
import type { PacingState, ShardProgress } from '../core/progress.js';
import { DONE, IDLE, type PullSource } from '../operators/merge-pull.js';
import type { NativeCapability } from '../provider/native.js';
import type { RunQueue } from '../run/run-queue.js';
import type { WorkItem } from '../run/work-item.js';
import type { BatchStore, ClaimedItem, Draft, Lease } from '../store/store.js';
import { Alarm } from './alarm.js';
import type { BatchQuota } from './batch-quota.js';
import { Contact } from './contact.js';
import { FreeItems } from './free-items.js';
import type { Halt } from './halt.js';
import { effectiveCaps, type NativeSettings } from './native-options.js';
import type { ShardCaps } from './open-shard.js';
import { newShard, type Shard } from './shard.js';
import { batchPacing } from './shard-board.js';
import { ShardBuilder, type BuildStep } from './shard-builder.js';
import { ShardRoster } from './shard-roster.js';
import { takeUpShards } from './take-up.js';

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
  /** Whether the provider answers at all. */
  readonly contact = new Contact();
  readonly #options: ShardQueueOptions;
  readonly #scheduler: SchedulerLike;
  readonly #free: FreeItems;
  readonly #builder: ShardBuilder;
  readonly #roster = new ShardRoster();
  readonly #alarm: Alarm;
  #halt: Halt | undefined;
  readonly #clean: (readonly string[])[] = [];
  /** Items that fitted nowhere, until their failure is written. */
  readonly #failing = new Set<number>();

  /** Low-water mark while items are in hand. */
  #floor = Infinity;
  #building = false;
  #inputEnded = false;
  #open = false;
  #closed = false;
  #over = false;

  constructor(options: ShardQueueOptions) {
    this.#options = options;
    this.#scheduler = options.scheduler ?? asyncScheduler;
    this.#alarm = new Alarm(() => this.#ready.next(), this.#scheduler);
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
    takeUpShards(store, lease, quota, this.#roster);
  }

  pull(): NativeTask | typeof IDLE | typeof DONE {
    const halt = this.#halt?.kind ?? 'no';
    if (halt === 'stop') return this.#done();
    const files = this.#clean.shift();
    if (files !== undefined) return { kind: 'clean', files };
    if (halt === 'no' && (!this.#open || this.#closed)) return IDLE;
    const shard = this.#roster.nextRecovered() ?? (halt === 'no' ? this.#admit() : undefined);
    if (shard !== undefined) return { kind: 'shard', shard };
    if (halt === 'cancel') {
      this.#dropUnsent();
      // What was answered must be written before anybody else may take what was not.
      return this.#roster.atWork ? IDLE : this.#done();
    }
    if (this.#mayBuild()) {
      this.#building = true;
      return { kind: 'build' };
    }
    return this.#isOver() ? this.#done() : IDLE;
  }

  /** One page of items into shards; the end of the input closes those that are open. */
  build(): BuildStep {
    const built = this.#inHand(() => this.#build());
    this.#building = false;
    return built;
  }

  #build(): BuildStep {
    const step = this.#free.any ? this.#builder.step() : { sealed: [], failed: [] };
    const sealed = [...step.sealed];
    if (!this.#free.any && this.#inputEnded) sealed.push(...this.#builder.flush());
    for (const { shard, model, patch } of sealed)
      this.#roster.takeUp(newShard({ shard, model, ...patch }, this.#options.lease.jobId));
    for (const { item } of step.failed) this.#failing.add(item.ordinal);
    return { sealed, failed: step.failed };
  }

  /**
   * Items between two places are in neither. Should the store fail there, a commit that still finds room must not count them
   * as done with: the mark stays where it was.
   */
  #inHand<R>(work: () => R): R {
    this.#floor = this.lowWater;
    const result = work();
    this.#floor = Infinity;
    return result;
  }

  /** A shard's life is over, for now or for good. */
  ended(shard: Shard): void {
    this.#roster.leave(shard);
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
    this.#alarm.in(0);
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
      const shard = this.#roster.written(draft.shard);
      if (shard === undefined) continue;
      const { fileId, outputs, firstOrdinal, lastOrdinal } = shard.record;
      if (shard.leftover) this.#free.freed(firstOrdinal, lastOrdinal);
      const files = [...(fileId === null ? [] : [fileId]), ...outputs.map(({ output }) => output)];
      if (this.#options.settings.cleanUp && files.length > 0) this.#clean.push(files);
      this.#alarm.in(0);
    }
  }

  /** Everything that may have to be looked at again lies above; what is with a provider does. */
  get lowWater(): number {
    let least = Math.min(this.#floor, this.#free.lowWater);
    for (const first of this.#builder.firsts) least = Math.min(least, first - 1);
    for (const ordinal of this.#failing) least = Math.min(least, ordinal - 1);
    for (const { record } of this.#roster.all()) least = Math.min(least, record.firstOrdinal - 1);
    return least;
  }

  /** Nothing here is in doubt for having been claimed: the shards say what may have been sent. */
  get claimedTo(): number {
    return this.lowWater;
  }

  get inFlight(): number {
    return this.#roster.inFlight;
  }

  get pacing(): PacingState {
    return batchPacing(this.#options.quota, this.contact, this.#roster.waiting.length);
  }

  get shards(): readonly ShardProgress[] {
    return this.#roster.rows;
  }

  /** The run is over: what it held in the provider's queue is no longer this process's to know. */
  dispose(): void {
    this.#alarm.off();
    for (const shard of this.#roster.all()) this.#options.quota.giveBack(shard.enqueued);
  }

  /** The first shard that may be created now. */
  #admit(): Shard | undefined {
    const { quota } = this.#options;
    const now = this.#scheduler.now();
    if (this.#roster.submitting >= maxSubmits) return undefined;
    for (const shard of this.#roster.waiting) {
      const admission = shard.notBefore > now ? shard.notBefore - now : quota.ask(shard.enqueued);
      if (admission === 'now') {
        quota.take(shard.enqueued);
        this.#roster.begin(shard);
        return shard;
      }
      if (admission !== 'later') this.#alarm.in(admission);
    }
    return undefined;
  }

  #mayBuild(): boolean {
    if (this.#options.build === false || this.#building) return false;
    return this.#roster.waiting.length < maxReady && this.#hasWork();
  }

  #hasWork(): boolean {
    return this.#free.any || (this.#inputEnded && !this.#builder.isEmpty);
  }

  #isOver(): boolean {
    const busy = this.#building || this.#roster.waiting.length > 0 || this.#roster.atWork;
    if (busy || this.#clean.length > 0) return false;
    return this.#options.build === false || (this.#inputEnded && !this.#hasWork());
  }

  #dropUnsent(): void {
    const { store, lease } = this.#options;
    this.#inHand(() => {
      const unsent = this.#roster.takeUnsent();
      if (unsent.length > 0) store.shards.drop(lease, unsent);
      this.#builder.drop();
    });
  }

  #caps(tokens: number | null): ShardCaps {
    const { native, settings } = this.#options;
    const { maxRequests, maxBytes, maxInputs } = effectiveCaps(native.caps, settings.nativeCaps);
    return { maxRequests, maxBytes, maxInputs, tokens };
  }

  #done(): typeof DONE {
    this.#over = true;
    return DONE;
  }
}
