import type { ItemError } from '../core/result.js';
import type { ClaimedItem, Lease } from './store.js';

/**
 * Where one native batch is, as far as this side knows:
 * - `building`: items are being put in; nothing was sent
 * - `ready`: complete, waits for room in the provider's queue
 * - `intent`: about to be created; from here on a batch may exist remotely
 * - `unsure`: whether one exists is not known
 * - `live`: created, its id is known
 * - `cancelling`: created, and asked to end
 * - `ingesting`: ended remotely, its results are being read
 * - `settling`: what its unanswered items get is decided (`cause`) and being carried out
 * - `done`: over; unanswered items may be in other shards by now
 */
export type ShardState =
  'building' | 'ready' | 'intent' | 'unsure' | 'live' | 'cancelling' | 'ingesting' | 'settling' | 'done';

/** How far one output of a batch was read. */
export interface OutputMark {
  readonly output: string;
  /** Bytes whose results are stored. */
  readonly offset: number;
  readonly read: boolean;
  /** From this offset on something could not be understood; a process that takes over reads it again, too. */
  readonly doubtfulFrom?: number | undefined;
}

/** What becomes of the items a batch gave no answer to. Stored, so that a restart goes on with the same decision. */
export interface SettleCause {
  /** What they fail with at their last attempt; null: they go back uncounted. */
  readonly error: ItemError | null;
  /** They fail at once, however many attempts are left. */
  readonly final: boolean;
  /** Items that were named as the culprits: they fail with words of their own. */
  readonly culprits: readonly { readonly ordinal: number; readonly error: ItemError }[];
  /** Name of the job's note that counts them. */
  readonly note: string | null;
}

/** One native batch of a job. Numbers are never used again within a job. */
export interface ShardRecord {
  readonly shard: number;
  readonly model: string;
  readonly state: ShardState;
  /** Raised before each creation that may be a second one. */
  readonly attempt: number;
  /** Hash of its lines. */
  readonly content: string;
  readonly requests: number;
  readonly bytes: number;
  /** Prompt tokens by estimate. */
  readonly tokens: number;
  /** Its items lie between these, others' may too. */
  readonly firstOrdinal: number;
  readonly lastOrdinal: number;
  /** When its creation was decided, epoch milliseconds. */
  readonly intentAt: number | null;
  /** Full searches since then that did not find it. */
  readonly searches: number;
  readonly fileId: string | null;
  readonly batchId: string | null;
  /** The provider's own word for its status. */
  readonly said: string;
  /** The provider's own counts. */
  readonly completed: number;
  readonly failed: number;
  readonly outputs: readonly OutputMark[];
  readonly cause: SettleCause | null;
}

export type ShardPatch = Partial<Omit<ShardRecord, 'shard' | 'model'>>;

/** What is written about a shard together with the results that belong to it. */
export interface ShardDraft {
  readonly type: 'shard';
  readonly shard: number;
  readonly patch?: ShardPatch;
  /** Items that were answered without a final result: they wait for another shard. */
  readonly answered?: readonly number[];
  /** Lets go of so many members, from the first on. */
  readonly release?: number;
}

/** Things worth knowing, added to the job's notes. */
export interface NoteDraft {
  readonly type: 'note';
  readonly add: Readonly<Record<string, number>>;
}

/** An item of a shard, without what it asks. */
export interface ShardMember {
  readonly ordinal: number;
  readonly itemId: string;
  readonly failures: number;
  readonly metadata: unknown;
}

/** An item of a shard that has no final result. */
export interface UnsettledItem {
  readonly ordinal: number;
  /** Answered, but not for good: another answer of this shard is worth having, and none is awaited. */
  readonly answered: boolean;
}

/**
 * Port: the native batches of jobs. An item is in one shard at most (a constraint, not care), and free again when that has
 * let it go. All of a job's shards are in one place, so that a restart sees what may exist remotely.
 */
export interface ShardStore {
  /** The job's random marker for its batches, made at the first question and the same ever after. */
  marker(lease: Lease): string;
  /** Every shard that is not done, in order, then the newest `done` of those that are. */
  list(jobKey: number, done: number): readonly ShardRecord[];
  /** A new and empty shard, `building`; returns its number. */
  open(lease: Lease, model: string): number;
  /** Puts items into a shard that is `building`. */
  add(lease: Lease, shard: number, ordinals: readonly number[]): void;
  update(lease: Lease, shard: number, patch: ShardPatch): void;
  /** Removes shards nothing was sent of; their items are free. */
  drop(lease: Lease, shards: readonly number[]): void;
  /** Unfinished items of no shard above an ordinal, in order, and how far was looked: a bounded stretch. */
  claimFree(lease: Lease, after: number, upTo: number, limit: number): FreeItems;
  /** A shard's items in order, with what they ask. */
  items(jobKey: number, shard: number, after: number, limit: number): readonly ClaimedItem[];
  /** Those of a shard's items without a final result, in order. */
  unsettled(jobKey: number, shard: number, after: number, limit: number): readonly UnsettledItem[];
  /** Items by ordinal; those that do not exist are left out. */
  members(jobKey: number, ordinals: readonly number[]): readonly ShardMember[];
  /** A shard's items in order, as ordinals only. */
  ordinals(jobKey: number, shard: number, after: number, limit: number): readonly number[];
  /** Whether an item has its final result. */
  isSettled(jobKey: number, ordinal: number): boolean;
}

export interface FreeItems {
  readonly items: readonly ClaimedItem[];
  /** Everything up to here was looked at; never beyond the last item stored. */
  readonly scannedTo: number;
}
