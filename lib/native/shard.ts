import type { RemoteBatch } from '../provider/native.js';
import type { ShardPatch, ShardRecord } from '../store/shard-store.js';
import type { Enqueued } from './batch-quota.js';
import { nextShardState, type ShardEvent } from './shard-state.js';

/** One batch of a run: its row as this process knows it, and what is not stored of it. */
export class Shard {
  #record: ShardRecord;
  /** The batch as last told. */
  remote: RemoteBatch | undefined;
  /** Not to be sent before, epoch milliseconds. */
  notBefore = 0;
  /** Creations that failed in a row. */
  refusals = 0;
  /** What was last asked about it was refused, and is asked again. */
  refused = false;
  /** Items of it go back: once it is over they are free again. */
  leftover: boolean;

  constructor(
    record: ShardRecord,
    private readonly jobId: string,
  ) {
    this.#record = record;
    // What an earlier run left open is not known.
    this.leftover = record.state === 'ingesting' || record.state === 'settling';
  }

  get record(): ShardRecord {
    return this.#record;
  }

  /** Ended on our own request: what is unanswered goes back uncounted. */
  get cancelled(): boolean {
    return this.#record.cause !== null;
  }

  get enqueued(): Enqueued {
    const { shard, model, tokens } = this.#record;
    return { key: `${this.jobId}\n${String(shard)}`, model, tokens };
  }

  /** The row after an event; throws where the event means nothing. To be written by the caller. */
  after(event: ShardEvent, patch: ShardPatch = {}): ShardPatch {
    const state = nextShardState(this.#record.state, event);
    if (state === undefined)
      throw new Error(`Shard ${String(this.#record.shard)} is ${this.#record.state}: "${event}" cannot happen to it`);
    return { ...patch, state };
  }

  /** Takes what was written, or will be with the next commit. */
  apply(patch: ShardPatch): void {
    this.#record = { ...this.#record, ...patch };
  }
}

const unsent = { attempt: 1, content: '', requests: 0, bytes: 0, tokens: 0, firstOrdinal: 0, lastOrdinal: 0 };
const untold = { intentAt: null, searches: 0, fileId: null, batchId: null, said: '', completed: 0, failed: 0 };

/** A shard that was just completed. */
export function newShard(parts: Pick<ShardRecord, 'shard' | 'model'> & ShardPatch, jobId: string): Shard {
  return new Shard({ state: 'ready', ...unsent, ...untold, outputs: [], cause: null, ...parts }, jobId);
}
