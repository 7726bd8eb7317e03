interface ColdJob {
  watchers: number;
  readonly start: () => void;
  readonly pause: () => void;
}

/** Jobs whose work runs only while somebody watches: counts the watchers. */
export class ColdJobs {
  readonly #jobs = new Map<string, ColdJob>();

  add(jobId: string, start: () => void, pause: () => void): void {
    this.#jobs.set(jobId, { watchers: 0, start, pause });
  }

  isWatched(jobId: string): boolean {
    return (this.#jobs.get(jobId)?.watchers ?? 0) > 0;
  }

  /** Pauses after the last watcher left; before the first one watches, returns what starts the work. */
  watched(jobId: string, change: 1 | -1): (() => void) | undefined {
    const job = this.#jobs.get(jobId);
    if (job === undefined) return undefined;
    job.watchers += change;
    if (change === -1 && job.watchers === 0) job.pause();
    return change === 1 ? job.start : undefined;
  }
}
