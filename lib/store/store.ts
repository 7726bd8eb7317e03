import type { BatchError } from '../core/errors.js';
import type { CompleteEvent, BatchEvent } from '../core/events.js';
import type { JobStatus, Mode, RunMode, StopReason } from '../core/job.js';
import type { Progress } from '../core/progress.js';
import type { Result } from '../core/result.js';
import type { NoteDraft, ShardDraft, ShardStore } from './shard-store.js';

/** A job's row. Times are epoch milliseconds. */
export interface JobRecord {
  /** The store's own number of the job. */
  readonly key: number;
  readonly jobId: string;
  readonly provider: string;
  readonly endpoint: string;
  readonly model: string | null;
  readonly params: Readonly<Record<string, unknown>>;
  readonly mode: Mode;
  readonly runMode: RunMode;
  readonly modeReason: string;
  readonly status: JobStatus;
  readonly reason: StopReason | null;
  readonly total: number;
  readonly inputComplete: boolean;
  readonly ok: number;
  readonly failed: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Every item up to this ordinal is finished. */
  readonly lowWater: number;
  /** Items up to this ordinal may have been sent. */
  readonly claimedTo: number;
  readonly tags: readonly string[];
  readonly metadata: unknown;
  /** Run options as last given, without secrets and functions: what `resume` starts from. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly notes: Readonly<Record<string, number>>;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export type NewJob = Pick<
  JobRecord,
  | 'jobId'
  | 'provider'
  | 'endpoint'
  | 'model'
  | 'params'
  | 'mode'
  | 'runMode'
  | 'modeReason'
  | 'tags'
  | 'metadata'
  | 'settings'
>;

export type JobPatch = Partial<
  Pick<
    JobRecord,
    | 'status'
    | 'reason'
    | 'inputComplete'
    | 'settings'
    | 'runMode'
    | 'modeReason'
    | 'notes'
    | 'mode'
    | 'tags'
    | 'metadata'
  >
>;

/** The right to write to one job. Every write checks its epoch: an owner that was replaced fails with `lease_lost`. */
export interface Lease {
  readonly jobKey: number;
  readonly jobId: string;
  readonly epoch: number;
}

/** Who works on a job. `alive` is decided by a kernel lock on this machine, by heartbeat age on another. */
export interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly alive: boolean;
  /** Whether it is this very store object. */
  readonly self: boolean;
}

/** What another process asked the owner of a job to do. */
export type ControlRequest = 'pause' | 'cancel';

/** One item as read from the input. `request` is JSON text of `{ input, model?, params?, metadata? }`. */
export interface NewItem {
  readonly itemId: string;
  /** Hash of what the item itself says: 16 bytes. */
  readonly hash: Uint8Array;
  readonly request: string;
}

/** A stored item's identity. Ordinals count from 1 in the order of the input. */
export interface ItemIdentity {
  readonly ordinal: number;
  readonly itemId: string;
  readonly hash: Uint8Array;
}

/** An unfinished item, to be sent. */
export interface ClaimedItem {
  readonly ordinal: number;
  readonly itemId: string;
  readonly request: string;
  /** Times it was claimed by an owner that died before recording a result. */
  readonly starts: number;
  /** Failed attempts on record. */
  readonly failures: number;
}

/** What a run wants written: item results, counted attempts, a progress, a shard. One group is one transaction. */
export type Draft =
  | { readonly type: 'item'; readonly ordinal: number; readonly result: Result }
  | { readonly type: 'attempt'; readonly ordinal: number; readonly failures: number }
  | { readonly type: 'progress'; readonly progress: Progress }
  | ShardDraft
  | NoteDraft;

export interface CommitGroup {
  readonly drafts: readonly Draft[];
  readonly lowWater: number;
  readonly claimedTo: number;
}

export interface CommitReceipt {
  /** Events in the order of the drafts, with their sequences. A second final result of an item gives none: the first one stands. */
  readonly events: readonly BatchEvent[];
  /** Set when another process asked for something. */
  readonly control: ControlRequest | null;
}

export type ResultFilter = 'all' | 'ok' | 'failed';

/** A result with its place: the sequence of its event, the ordinal of its item. */
export interface PlacedResult {
  readonly seq: number;
  readonly ordinal: number;
  readonly result: Result;
}

/** An item with its request as stored (JSON text of `{ input, model?, params?, metadata? }`) and its answer so far. */
export interface StoredItem {
  readonly ordinal: number;
  readonly itemId: string;
  readonly request: string;
  readonly result: Result | null;
  /** Of all its text as stored. */
  readonly chars: number;
}

/** Which items to look for. What is left out matches every item. */
export interface ItemQuery {
  readonly state?: 'pending' | 'ok' | 'failed' | undefined;
  readonly itemId?: string | undefined;
  /** Text that must occur in the id, the request's JSON or the result's JSON, whatever the case of ASCII letters. */
  readonly text?: string | undefined;
}

/** Why an item failed, with the sequence of its event. */
export interface StoredFailure {
  readonly seq: number;
  readonly code: string;
  readonly message: string;
}

/** How much to read at once: so many rows, and no further row once their text has so many characters. */
export interface PageLimit {
  readonly rows: number;
  readonly chars: number;
}

export interface DeleteProgress {
  readonly done: boolean;
}

/**
 * Port: the truth about every job, and the replay buffer of its events. Synchronous, so that a commit and its emission
 * cannot be torn apart. Everything here either happened whole or not at all; what returned is durable as the store's
 * durability says. Not promised: that two processes may run the same job, that prompts and answers are encrypted.
 *
 * Every method may throw a `BatchError` with a `store_*` or `disk_full` code; writes may throw `lease_lost`.
 */
export interface BatchStore {
  /** Path of the database, or `:memory:`. */
  readonly location: string;
  /** The native batches of jobs. */
  readonly shards: ShardStore;
  createJob(job: NewJob): JobRecord;
  findJob(jobId: string): JobRecord | undefined;
  /** Newest first. */
  listJobs(): readonly JobRecord[];
  /** Newest first, those older than the one with this key (undefined: all), up to so many. */
  jobsBefore(key: number | undefined, limit: number | PageLimit): readonly JobRecord[];
  updateJob(lease: Lease, patch: JobPatch): void;

  /** Takes the job, or throws `job_busy` naming the living owner. Items left unfinished by a dead owner count one start more. */
  acquire(jobId: string): Lease;
  /** Gives the job back. Safe to call with a lease already lost. */
  release(lease: Lease): void;
  owner(jobId: string): Owner | null;
  /** Tells whoever owns the job, in whatever process. */
  requestControl(jobId: string, request: ControlRequest): void;
  /** Reads and checks the lease: what another process asked for, or null; throws `lease_lost`. */
  readControl(lease: Lease): ControlRequest | null;

  /** Sign of life for owners on other hosts; called every few seconds while a lease is held. */
  heartbeat(): void;

  appendItems(lease: Lease, items: readonly NewItem[]): { readonly total: number };
  itemsAfter(jobKey: number, ordinal: number, limit: number): readonly ItemIdentity[];
  /** By exact id among the items up to `upTo`; a scan without an index, for rare questions. */
  findItem(jobKey: number, itemId: string, upTo: number): ItemIdentity | undefined;
  /** A private, temporary look-up table over the ids stored so far; see {@link IdentityIndex}. */
  indexItems(jobKey: number, upTo: number): IdentityIndex;
  /** Removes the items above an ordinal; only before any of them was sent. */
  truncateItems(lease: Lease, ordinal: number): void;

  claim(lease: Lease, afterOrdinal: number, limit: number): readonly ClaimedItem[];
  commit(lease: Lease, group: CommitGroup): CommitReceipt;
  /** Writes the end of a job: its `complete` event, or its stop with a last progress. Returns the events written. */
  finish(lease: Lease, end: JobEnd): readonly BatchEvent[];
  /** Undoes failed items and the `complete` event in one transaction, so that a run takes them up again; no shard awaits them. */
  reopen(lease: Lease, options: { readonly retryFailed: boolean }): { readonly reopened: number };

  /** Events above a sequence, ascending. */
  eventsAfter(jobKey: number, seq: number, limit: number | PageLimit): readonly BatchEvent[];
  /** Highest sequence given to this job, 0 if none. */
  lastSeq(jobKey: number): number;
  /** Highest sequence there is. Whatever has one up to it, of whichever job, is committed and can be read. */
  newestSeq(): number;
  latestProgress(jobKey: number): Progress | undefined;
  completion(jobKey: number): CompleteEvent | undefined;
  results(jobKey: number, after: number, limit: number | PageLimit, filter: ResultFilter): readonly PlacedResult[];
  /** In the order of the input; `after` is an ordinal. */
  resultsInOrder(
    jobKey: number,
    after: number,
    limit: number | PageLimit,
    filter: ResultFilter,
  ): readonly PlacedResult[];
  /** In the order of the input: those of the items above `after`, up to `upTo`, that match. Reads no further than it must. */
  findItems(
    jobKey: number,
    after: number,
    upTo: number,
    limit: number | PageLimit,
    query: ItemQuery,
  ): readonly StoredItem[];
  /** Failed items above a sequence, ascending. */
  failures(jobKey: number, after: number, limit: number): readonly StoredFailure[];

  /** Position of a named consumer in a job's events, 0 if new. */
  cursor(jobKey: number, name: string): number;
  saveCursor(jobKey: number, name: string, seq: number): void;

  /** Hides the job at once; call {@link sweep} until done to remove its rows. Throws `job_busy` while somebody works on it. */
  deleteJob(jobId: string): void;
  /** Removes a slice of deleted jobs' rows, then gives freed pages back to the file system. */
  sweep(): DeleteProgress;
  /** The error to throw where what was read contradicts itself; the store could not see it row by row. */
  damage(said: string): BatchError;
  /** Moves the write-ahead log into the database file. */
  checkpoint(): void;
  close(): void;
}

/** Ids known before a reading, in a table of their own: built in slices, gone with the connection. */
export interface IdentityIndex {
  /** Indexes a slice; true when all is in. */
  build(): boolean;
  find(itemId: string): ItemIdentity | undefined;
  drop(): void;
}

export type JobEnd =
  | { readonly status: 'completed' | 'cancelled'; readonly progress: Progress; readonly lowWater: number }
  | {
      readonly status: 'paused' | 'failed' | 'pending';
      readonly reason: StopReason;
      readonly progress: Progress;
      readonly lowWater: number;
    };
