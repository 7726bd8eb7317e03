import type { RemoteBatch } from '../provider/native.js';
import type { ShardRecord } from '../store/shard-store.js';

/** Full searches without a find before a shard may be created again. */
const enoughSearches = 3;

/** Batches that are this very shard: its number and its content, whatever the attempt. */
export function batchesOf(
  { shard, content }: Pick<ShardRecord, 'shard' | 'content'>,
  batches: readonly RemoteBatch[],
): readonly RemoteBatch[] {
  return batches.filter(({ marker }) => marker?.shard === shard && marker.content === content);
}

/** The one to go on with: what may still answer before what has not, then the oldest. */
export function chooseBatch(batches: readonly RemoteBatch[]): RemoteBatch | undefined {
  const [first] = [...batches].sort(
    (a, b) => rank(a.status) - rank(b.status) || (a.createdAt ?? 0) - (b.createdAt ?? 0),
  );
  return first;
}

const dead = 2;

function rank(status: RemoteBatch['status']): number {
  if (status === 'completed') return 0;
  return isAlive(status) ? 1 : dead;
}

/**
 * Those worth going on with. What ended of an earlier attempt was dropped by the provider or given up, and is no sign that this
 * attempt's is not there: that may only be missing in the list yet. `last`: it is not, and answers are better than none.
 */
export function candidates(batches: readonly RemoteBatch[], attempt: number, last: boolean): readonly RemoteBatch[] {
  return batches.filter(({ status, marker }) => {
    const leftBehind = rank(status) === dead && (marker?.attempt ?? attempt) < attempt;
    return !leftBehind || (last && status !== 'failed');
  });
}

/** Works, or waits to, and costs. */
export function isAlive(status: RemoteBatch['status']): boolean {
  return status === 'queued' || status === 'running';
}

/** Nothing more will happen to it, but that outputs may appear. */
export function isFinal(status: RemoteBatch['status']): boolean {
  return !isAlive(status) && status !== 'cancelling';
}

/** The provider had too much enqueued and has dropped it. */
export function isCrowded({ status, faults }: Pick<RemoteBatch, 'status' | 'faults'>): boolean {
  return status === 'failed' && faults.some(({ kind }) => kind === 'quota');
}

/** Ended early, but there is something to read, or will be. */
export function mayHaveAnswers({ outputs, counts }: Pick<RemoteBatch, 'outputs' | 'counts'>): boolean {
  return outputs.length > 0 || (counts?.completed ?? 0) > 0;
}

export interface EmptySearches {
  readonly searches: number;
  readonly intentAt: number;
  /** When the last of them began. */
  readonly lastAt: number;
  readonly orphanWaitMs: number;
}

/** Whether a shard that was not found may be created again. */
export function isAbsent({ searches, intentAt, lastAt, orphanWaitMs }: EmptySearches): boolean {
  return searches >= enoughSearches && lastAt - intentAt >= orphanWaitMs;
}

/** Milliseconds to the next search: the last of them begins when the wait is over. */
export function searchDelay({ searches, intentAt, lastAt, orphanWaitMs }: EmptySearches): number {
  const left = Math.max(0, intentAt + orphanWaitMs - lastAt);
  return Math.max(1, Math.ceil(left / Math.max(1, enoughSearches - searches)));
}
