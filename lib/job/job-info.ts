import type { JobInfo, JobStatus } from '../core/job.js';
import type { PacingState, Progress } from '../core/progress.js';
import type { BatchStore, JobRecord } from '../store/store.js';

/** A job that is stored as running, but whose owner is gone, was interrupted. */
export function statusOf(store: BatchStore, record: JobRecord): JobStatus {
  if (record.status !== 'running') return record.status;
  return store.owner(record.jobId)?.alive === true ? 'running' : 'interrupted';
}

export function infoOf(store: BatchStore, record: JobRecord): JobInfo {
  const owner = store.owner(record.jobId);
  return {
    jobId: record.jobId,
    status: statusOf(store, record),
    reason: record.reason,
    provider: record.provider,
    endpoint: record.endpoint,
    model: record.model,
    mode: record.mode,
    runMode: record.runMode,
    modeReason: record.modeReason,
    total: record.total,
    inputComplete: record.inputComplete,
    ok: record.ok,
    failed: record.failed,
    pending: Math.max(0, record.total - record.ok - record.failed),
    tokens: { input: record.inputTokens, output: record.outputTokens },
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
    tags: record.tags,
    metadata: record.metadata,
    owner: owner?.alive === true ? { pid: owner.pid, host: owner.host } : null,
    notes: record.notes,
  };
}

const open: PacingState = { state: 'open', until: null, waiting: 0, refusals: 0 };

/** The progress of a job nobody in this process works on, by its row. */
export function storedProgress(store: BatchStore, record: JobRecord): Progress {
  const status = statusOf(store, record);
  const latest = store.latestProgress(record.key);
  const done = record.ok + record.failed;
  return {
    mode: record.runMode,
    status,
    reason: record.reason,
    total: record.total,
    totalKnown: record.inputComplete,
    done,
    ok: record.ok,
    failed: record.failed,
    inFlight: status === 'running' ? (latest?.inFlight ?? 0) : 0,
    pending: Math.max(0, record.total - done - (status === 'running' ? (latest?.inFlight ?? 0) : 0)),
    tokens: { input: record.inputTokens, output: record.outputTokens },
    cost: latest?.cost ?? null,
    rate: latest?.rate ?? { itemsPerMinute: 0, requestsPerMinute: 0, tokensPerMinute: 0 },
    etaMs: status === 'running' ? (latest?.etaMs ?? null) : null,
    pacing: status === 'running' ? (latest?.pacing ?? open) : open,
    ...(latest?.shards === undefined ? {} : { shards: latest.shards }),
  };
}
