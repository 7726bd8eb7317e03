import type { OutputMark, SettleCause, ShardPatch, ShardRecord, ShardState } from '../shard-store.js';
import { ordinalOf } from './key-space.js';
import { storedJson } from './stored-json.js';

export interface ShardRow {
  readonly key: number;
  readonly model: string;
  readonly state: string;
  readonly attempt: number;
  readonly content: string;
  readonly requests: number;
  readonly bytes: number;
  readonly tokens: number;
  readonly first_ordinal: number;
  readonly last_ordinal: number;
  readonly intent_at: number | null;
  readonly searches: number;
  readonly file_id: string | null;
  readonly batch_id: string | null;
  readonly said: string;
  readonly completed: number;
  readonly failed: number;
  readonly outputs: string;
  readonly cause: string | null;
}

export function toShardRecord(row: ShardRow): ShardRecord {
  return {
    shard: ordinalOf(row.key),
    model: row.model,
    state: row.state as ShardState,
    attempt: row.attempt,
    content: row.content,
    requests: row.requests,
    bytes: row.bytes,
    tokens: row.tokens,
    firstOrdinal: row.first_ordinal,
    lastOrdinal: row.last_ordinal,
    intentAt: row.intent_at,
    searches: row.searches,
    fileId: row.file_id,
    batchId: row.batch_id,
    said: row.said,
    completed: row.completed,
    failed: row.failed,
    outputs: storedJson<OutputMark[]>(row.outputs),
    cause: row.cause === null ? null : storedJson<SettleCause>(row.cause),
  };
}

const columnOf: { readonly [K in keyof ShardPatch]-?: string } = {
  state: 'state',
  attempt: 'attempt',
  content: 'content',
  requests: 'requests',
  bytes: 'bytes',
  tokens: 'tokens',
  firstOrdinal: 'first_ordinal',
  lastOrdinal: 'last_ordinal',
  intentAt: 'intent_at',
  searches: 'searches',
  fileId: 'file_id',
  batchId: 'batch_id',
  said: 'said',
  completed: 'completed',
  failed: 'failed',
  outputs: 'outputs',
  cause: 'cause',
};

/** `SET` part and values of an update; undefined where there is nothing to say. */
export function toAssignments(patch: ShardPatch): { readonly set: string; readonly values: unknown[] } | undefined {
  const entries = (Object.entries(patch) as [keyof ShardPatch, unknown][]).filter(([, value]) => value !== undefined);
  if (entries.length === 0) return undefined;
  return {
    set: entries.map(([field]) => `${columnOf[field]} = ?`).join(', '),
    values: entries.map(([, value]) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : value)),
  };
}
