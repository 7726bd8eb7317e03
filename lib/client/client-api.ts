import type { JobInfo } from '../core/job.js';
import type { BatchJob } from '../job/batch-job.js';
import type { MapOptions, ResumeOptions } from '../options/map-options.js';

export interface PruneOptions {
  /** Jobs that ended before this: a date, or an age in milliseconds. */
  readonly olderThan: Date | number;
}

export interface CloseOptions {
  /** 0 gives up the answers in flight at once, also when a `close()` is under way. Default: as the jobs say (30 s). */
  readonly drainMs?: number;
}

/** What both the client of this process and a remote one offer, so that an application can swap one for the other. */
export interface BatchClientApi {
  /** Starts a job, or goes on with a known one; returns at once and sends nothing before the next turn. Throws on wrong options. */
  map<T = unknown>(options: MapOptions<T>): BatchJob<T>;
  /** A known job, to look at; starts nothing. Throws `job_not_found`. */
  job<T = unknown>(jobId: string): BatchJob<T>;
  /** Every job, newest first. */
  jobs(): Promise<readonly JobInfo[]>;
  /**
   * Goes on with a job that was paused, failed or interrupted, with what is stored. Throws `job_busy` while it is being stopped
   * (await `pause()`), or while somebody else works on it.
   */
  resume<T = unknown>(jobId: string, options?: ResumeOptions<T>): BatchJob<T>;
  /** Removes a job with its items, results and events. Throws `job_busy` while somebody works on it. */
  delete(jobId: string): Promise<void>;
  /** Removes ended jobs and gives their space back to the file system; resolves with their ids. */
  prune(options: PruneOptions): Promise<readonly string[]>;
  /** Stops this client's jobs (status `paused`, reason `closed`), waits for answers in flight, closes the database. */
  close(options?: CloseOptions): Promise<void>;
}
