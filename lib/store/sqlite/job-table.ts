import { BatchError } from '../../core/errors.js';
import type { JobPatch, JobRecord, Lease, NewJob, PageLimit } from '../store.js';
import type { Connection } from './connection.js';
import { toJobRecord, type JobRow } from './rows.js';

const json = (value: unknown): string => JSON.stringify(value ?? null);

const columnOf: { readonly [K in keyof JobPatch]-?: readonly [string, (value: never) => unknown] } = {
  status: ['status', (value: string) => value],
  reason: ['reason', (value: unknown) => (value === null ? null : json(value))],
  inputComplete: ['input_complete', (value: boolean) => (value ? 1 : 0)],
  settings: ['settings', json],
  mode: ['mode', (value: string) => value],
  runMode: ['run_mode', (value: string) => value],
  modeReason: ['mode_reason', (value: string) => value],
  notes: ['notes', json],
  tags: ['tags', json],
  metadata: ['metadata', json],
};

/** Rows of `jobs`. */
export class JobTable {
  constructor(private readonly connection: Connection) {}

  create(job: NewJob, now: number): JobRecord {
    const insert = `
      INSERT INTO jobs (job_id, provider, endpoint, model, params, mode, run_mode, mode_reason, status, tags, metadata, settings, created_at, updated_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?, ?, ?) ON CONFLICT (job_id) DO NOTHING RETURNING *`;
    const row = this.connection.write(() =>
      this.connection
        .sql(insert)
        .get(
          job.jobId,
          job.provider,
          job.endpoint,
          job.model,
          json(job.params),
          job.mode,
          job.runMode,
          job.modeReason,
          json(job.tags),
          json(job.metadata),
          json(job.settings),
          now,
          now,
        ),
    ) as JobRow | undefined;
    // Another process was first: its job is the job.
    return row === undefined ? this.require(job.jobId) : toJobRecord(row);
  }

  find(jobId: string): JobRecord | undefined {
    return this.connection.read(() => {
      const row = this.connection.sql('SELECT * FROM jobs WHERE job_id = ?').get(jobId) as JobRow | undefined;
      return row === undefined ? undefined : toJobRecord(row);
    });
  }

  require(jobId: string): JobRecord {
    const job = this.find(jobId);
    if (job === undefined)
      throw new BatchError('job_not_found', `There is no job "${jobId}" in ${this.connection.path}`, { jobId });
    return job;
  }

  list(): readonly JobRecord[] {
    const text = 'SELECT * FROM jobs WHERE job_id IS NOT NULL ORDER BY key DESC';
    return this.connection.read(() => (this.connection.sql(text).all() as JobRow[]).map(toJobRecord));
  }

  before(key: number | undefined, limit: number | PageLimit): readonly JobRecord[] {
    const text = 'SELECT * FROM jobs WHERE job_id IS NOT NULL AND key < ? ORDER BY key DESC LIMIT ?';
    const below = key ?? Number.MAX_SAFE_INTEGER;
    return this.connection.read(() => this.connection.page<JobRow>(text, limit, below).map(toJobRecord));
  }

  /** Within a transaction. Throws `lease_lost` when another owner has taken the job. */
  update(lease: Lease, patch: JobPatch, now: number): void {
    const entries = Object.entries(patch) as [keyof JobPatch, never][];
    const columns = entries.map(([field]) => `${columnOf[field][0]} = ?`);
    const values = entries.map(([field, value]) => columnOf[field][1](value));
    const text = `UPDATE jobs SET ${[...columns, 'updated_at = ?'].join(', ')} WHERE key = ? AND epoch = ?`;
    const { changes } = this.connection.sql(text).run(...values, now, lease.jobKey, lease.epoch);
    if (changes === 0) throw leaseLost(lease);
  }
}

export function leaseLost(lease: Lease): BatchError {
  return new BatchError(
    'lease_lost',
    `Job "${lease.jobId}" was taken over by another process (or deleted) while this one was suspended; nothing was written by this one since`,
    { jobId: lease.jobId },
  );
}
