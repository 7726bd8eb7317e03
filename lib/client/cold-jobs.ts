interface ColdJob {
  watchers: number;
  /** Whether the first watcher is still to come: then the work begins whatever the job's state. */
  fresh: boolean;
  readonly start: () => void;
}

/** Jobs whose work runs only while somebody watches: counts the watchers. */
export class ColdJobs {
  readonly #jobs = new Map<string, ColdJob>();

  /** Newly given, or given again: watchers that are there stay counted. */
  add(jobId: string, start: () => void): void {
    this.#jobs.set(jobId, { watchers: this.#jobs.get(jobId)?.watchers ?? 0, fresh: true, start });
  }

  has(jobId: string): boolean {
    return this.#jobs.has(jobId);
  }

  /** An ordinary job from now on, or none. */
  remove(jobId: string): void {
    this.#jobs.delete(jobId);
  }

  /** Counts; returns how many watch now. */
  watched(jobId: string, change: 1 | -1): number {
    const job = this.#jobs.get(jobId);
    if (job === undefined) return 0;
    job.watchers = Math.max(0, job.watchers + change);
    return job.watchers;
  }

  /** Begins the work if it is watched, and if `idle` says that the job waits for nothing but a watcher. */
  startIfWatched(jobId: string, idle: () => boolean): void {
    const job = this.#jobs.get(jobId);
    if (job === undefined || job.watchers === 0 || !(job.fresh || idle())) return;
    job.fresh = false;
    job.start();
  }
}
