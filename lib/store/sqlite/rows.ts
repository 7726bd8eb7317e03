import type { BatchEvent } from '../../core/events.js';
import type { JobStatus, Mode, RunMode, StopReason } from '../../core/job.js';
import type { Progress } from '../../core/progress.js';
import type { Result } from '../../core/result.js';
import type { JobRecord, PlacedResult, ResultFilter } from '../store.js';
import { ordinalOf } from './key-space.js';
import { DamagedRow, storedJson } from './stored-json.js';

export const eventTypes = { progress: 1, item: 2, complete: 3 } as const;

export interface JobRow {
  key: number;
  job_id: string;
  provider: string;
  endpoint: string;
  model: string | null;
  params: string;
  mode: string;
  run_mode: string;
  mode_reason: string;
  status: string;
  reason: string | null;
  total: number;
  input_complete: number;
  ok: number;
  failed: number;
  input_tokens: number;
  output_tokens: number;
  low_water: number;
  claimed_to: number;
  tags: string;
  metadata: string | null;
  settings: string;
  notes: string;
  created_at: number;
  updated_at: number;
}

export interface EventRow {
  seq: number;
  job: number;
  type: number;
  at: number;
  item: number | null;
  body: string;
}

export function toJobRecord(row: JobRow): JobRecord {
  return {
    key: row.key,
    jobId: row.job_id,
    provider: row.provider,
    endpoint: row.endpoint,
    model: row.model,
    params: storedJson(row.params),
    mode: row.mode as Mode,
    runMode: row.run_mode as RunMode,
    modeReason: row.mode_reason,
    status: row.status as JobStatus,
    reason: row.reason === null ? null : storedJson<StopReason>(row.reason),
    total: row.total,
    inputComplete: row.input_complete === 1,
    ok: row.ok,
    failed: row.failed,
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens,
    lowWater: row.low_water,
    claimedTo: row.claimed_to,
    tags: storedJson(row.tags),
    metadata: row.metadata === null ? null : storedJson<unknown>(row.metadata),
    settings: storedJson(row.settings),
    notes: storedJson(row.notes),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function toEvent(jobId: string, row: EventRow): BatchEvent {
  const base = { jobId, seq: row.seq, at: row.at };
  switch (row.type) {
    case eventTypes.item: {
      const result = toResult(row);
      return { type: 'item', ...base, itemId: result.itemId, result };
    }
    case eventTypes.complete:
      return {
        type: 'complete',
        ...base,
        ...storedJson<{ status: 'completed' | 'cancelled'; progress: Progress }>(row.body),
      };
    default:
      return { type: 'progress', ...base, progress: storedJson<Progress>(row.body) };
  }
}

export function toPlacedResult(row: EventRow, only: ResultFilter): PlacedResult {
  const result = toResult(row);
  if (row.item === null || (only !== 'all' && result.ok !== (only === 'ok')))
    throw new DamagedRow('a result is not what was asked for');
  return { seq: row.seq, ordinal: ordinalOf(row.item), result };
}

export function toResult({ body }: Pick<EventRow, 'body'>): Result {
  const result = storedJson<Partial<Result> | null>(body);
  if (typeof result?.itemId !== 'string') throw new DamagedRow('a result is not what was written');
  return result as Result;
}
