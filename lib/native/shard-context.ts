import type { SchedulerLike } from 'rxjs';
import type { NativeCapability, NativeVerdict } from '../provider/native.js';
import type { CircuitBreaker } from '../run/circuit-breaker.js';
import type { OutcomeOptions } from '../run/outcome.js';
import type { StopRequest } from '../run/stop.js';
import type { WorkItem } from '../run/work-item.js';
import type { ShardPatch } from '../store/shard-store.js';
import type { BatchStore, ClaimedItem, Lease } from '../store/store.js';
import type { BatchQuota } from './batch-quota.js';
import type { Contact } from './contact.js';
import type { Halt } from './halt.js';
import type { NativeSettings } from './native-options.js';
import type { Shard } from './shard.js';
import type { ShardEvent } from './shard-state.js';

/** What every stage of a shard's life needs. */
export interface ShardContext extends OutcomeOptions {
  readonly store: BatchStore;
  readonly lease: Lease;
  readonly native: NativeCapability;
  /** On every batch of this job. */
  readonly marker: string;
  readonly settings: NativeSettings;
  readonly quota: BatchQuota;
  readonly halt: Halt;
  /** Whether the provider answers at all. */
  readonly contact: Contact;
  readonly breaker: CircuitBreaker;
  readonly toItem: (claimed: ClaimedItem) => WorkItem;
  /** Ends the run. */
  readonly stop: (request: StopRequest) => void;
  /** Something worth a progress event happened. */
  readonly changed: () => void;
  readonly scheduler: SchedulerLike;
}

/** Moves a shard and writes it at once: for everything that no results belong to. */
export function moveShard(shard: Shard, event: ShardEvent, context: ShardContext, patch: ShardPatch = {}): void {
  const change = shard.after(event, patch);
  writeShard(shard, change, context);
  context.changed();
}

/** What a call that failed says about the provider as a whole. */
export function noteFailure(verdict: NativeVerdict, context: ShardContext): void {
  const unanswered = 'unanswered' in verdict && verdict.unanswered;
  if (unanswered) noteSilence(context);
  else noteAnswer(context);
}

export function noteSilence({ contact, scheduler, changed }: ShardContext): void {
  if (contact.failed(scheduler.now())) changed();
}

export function noteAnswer(context: ShardContext): void {
  if (context.contact.answered()) context.changed();
}

export function writeShard(shard: Shard, patch: ShardPatch, { store, lease }: ShardContext): void {
  store.shards.update(lease, shard.record.shard, patch);
  shard.apply(patch);
}
