import type { JobInfo, JobStatus } from '../core/job.js';
import { openPacing, type PacingState, type Progress } from '../core/progress.js';
import type { JobRecord, Owner } from '../store/store.js';
import type { JobHost } from './job-host.js';

type Host = Pick<JobHost, 'store' | 'active'>;

/** Who works on the job now: this client's own claim counts only while there is a run behind it. */
export function workerOf({ store, active }: Host, jobId: string): Owner | null {
  const owner = store.owner(jobId);
  if (owner?.alive !== true) return null;
  return owner.self && active(jobId) === undefined ? null : owner;
}

/** A job that is stored as running, but that nobody works on, was interrupted. */
export function statusOf(host: Host, record: JobRecord): JobStatus {
  if (record.status !== 'running') return record.status;
  return workerOf(host, record.jobId) === null ? 'interrupted' : 'running';
}

export function infoOf(host: Host, record: JobRecord): JobInfo {
  const worker = workerOf(host, record.jobId);
  return {
    jobId: record.jobId,
    status: statusOf(host, record),
    reason: record.reason,
    provider: record.provider,
    endpoint: record.endpoint,
    model: record.model,
    baseURL: typeof record.settings['baseURL'] === 'string' ? record.settings['baseURL'] : null,
    mode: record.mode,
    runMode: record.runMode,
    modeReason: record.modeReason,
    ownProvider: record.settings['ownProvider'] === true,
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
    owner: worker === null ? null : { pid: worker.pid, host: worker.host },
    pacing: worker === null ? null : pacingOf(host, record),
    notes: record.notes,
  };
}

/** Of a job somebody works on: as it is in this process, or as another one has last written it down. */
function pacingOf({ store, active }: Host, { jobId, key }: JobRecord): PacingState {
  const run = active(jobId);
  return run !== undefined && !run.finished
    ? run.progress.pacing
    : { ...openPacing, ...store.latestProgress(key)?.pacing };
}

/** The progress of a job nobody in this process works on, by its row. */
export function storedProgress(host: Host, record: JobRecord): Progress {
  const status = statusOf(host, record);
  const latest = host.store.latestProgress(record.key);
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
    pacing: status === 'running' ? { ...openPacing, ...latest?.pacing } : openPacing,
    ...(latest?.shards === undefined ? {} : { shards: latest.shards }),
  };
}
