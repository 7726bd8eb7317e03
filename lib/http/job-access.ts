import type { JobInfo } from '../core/job.js';
import type { JobReader, JobView } from '../job/job-reader.js';
import type { Principal, ServedClient } from './handler-options.js';
import { Problem } from './problem.js';

const ownerPrefix = 'owner:';

/** The tag that says whose job it is. */
export const ownerTag = ({ name }: Principal): string => `${ownerPrefix}${name}`;

/** A tag that only the server may give. */
export const isOwnerTag = (tag: string): boolean => tag.startsWith(ownerPrefix);

export function maySee(principal: Principal, info: JobInfo): boolean {
  const { jobs = 'own' } = principal;
  if (typeof jobs === 'function') return jobs(info);
  return jobs === 'all' || info.tags.includes(ownerTag(principal));
}

/** Throws the same 404 for a job of somebody else as for one that is not there. */
export function requireVisible({ reader }: ServedClient, principal: Principal, jobId: string): JobView {
  const view = reader.find(jobId);
  if (view !== undefined && maySee(principal, view.info)) return view;
  throw notThere();
}

/**
 * Whether a job somebody was let in to is still there: once it is deleted its id may be somebody else's. To be asked after
 * each reading by that id, with nothing awaited between: what was read is of that job, and of no other.
 */
export function isStillThere(reader: JobReader, { info, key }: JobView): boolean {
  return reader.key(info.jobId) === key;
}

/** Throws a 404 where it is not. */
export function requireStillThere(reader: JobReader, view: JobView): void {
  if (!isStillThere(reader, view)) throw notThere();
}

const notThere = (): Problem => new Problem(404, 'job_not_found', 'There is no such job');

export function requireWriter({ readOnly = false }: Principal): void {
  if (readOnly) throw new Problem(403, 'forbidden', 'You may look at jobs, not start or change them');
}
