import { BatchError } from '../core/errors.js';
import type { JobRecord, NewJob } from '../store/store.js';

/** A known job goes on as what it is. Throws `job_conflict` naming what the call says differently. */
export function refuseConflict(
  record: JobRecord,
  asked: NewJob,
  given: { readonly params: boolean; readonly mode: boolean },
): void {
  const differs = (field: string, stored: unknown, wanted: unknown): void => {
    if (JSON.stringify(stored) === JSON.stringify(wanted)) return;
    throw new BatchError(
      'job_conflict',
      `Job "${record.jobId}" was created with ${field} ${JSON.stringify(stored)}, now it is called with ${JSON.stringify(wanted)}; use the same ${field}, or another jobId`,
      { jobId: record.jobId },
    );
  };
  differs('provider', record.provider, asked.provider);
  differs('endpoint', record.endpoint, asked.endpoint);
  differs('model', record.model, asked.model);
  if (given.mode && record.mode !== asked.mode) {
    const id = JSON.stringify(record.jobId);
    throw new BatchError(
      'job_conflict',
      `Job ${id} was created with mode "${record.mode}", now it is called with "${asked.mode}"; leave the mode out, or switch with resume(${id}, { mode: "${asked.mode}" })`,
      { jobId: record.jobId },
    );
  }
  if (given.params) differs('params', record.params, asked.params);
}
