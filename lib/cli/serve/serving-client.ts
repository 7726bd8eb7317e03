import type { PruneOptions, CloseOptions } from '../../client/client-api.js';
import { BatchError } from '../../core/errors.js';
import type { JobInfo } from '../../core/job.js';
import type { ServedClient } from '../../http/handler-options.js';
import type { BatchJob } from '../../job/batch-job.js';
import type { JobReader } from '../../job/job-reader.js';
import type { BatchClientOptions } from '../../options/client-options.js';
import type { MapOptions, ResumeOptions } from '../../options/map-options.js';
import { sharedLimits, type SharedLimits } from '../../options/run-options.js';
import { CommandFailure } from '../failure.js';
import { origin } from '../origin.js';

export interface ServingClientOptions {
  readonly open: (options: BatchClientOptions) => ServedClient;
  /** Absolute path. */
  readonly db: string;
  /** With what new jobs are started; without it, none are. */
  readonly start?: BatchClientOptions | undefined;
}

/**
 * All jobs of a database, whoever runs them: one client looks, and for each provider and address a job is taken up with
 * there is another one, opened when first needed.
 */
export class ServingClient implements ServedClient {
  readonly #options: ServingClientOptions;
  readonly #looking: ServedClient;
  readonly #workers = new Map<string, ServedClient>();
  readonly reader: JobReader;
  readonly limits: SharedLimits;

  constructor(options: ServingClientOptions) {
    this.#options = options;
    this.#looking = options.open({ provider: 'local_echo', db: options.db });
    this.reader = this.#looking.reader;
    this.limits = sharedLimits(options.start ?? {});
  }

  map<T = unknown>(options: MapOptions<T>): BatchJob<T> {
    const { start } = this.#options;
    if (start === undefined)
      throw new BatchError(
        'invalid_options',
        'New jobs need a provider: start the server with serve --provider <name>',
      );
    return this.#worker(start).map(options);
  }

  /** A handle that can do everything to its job, or, for a job of a provider only a program has, look and tell its owner. */
  job<T = unknown>(jobId: string): BatchJob<T> {
    const view = this.reader.find(jobId);
    const client = view === undefined || !isReachable(view.info) ? this.#looking : this.#workerOf(view.info);
    return client.job(jobId);
  }

  jobs(): Promise<readonly JobInfo[]> {
    return this.#looking.jobs();
  }

  resume<T = unknown>(jobId: string, options: ResumeOptions<T> = {}): BatchJob<T> {
    const view = this.reader.find(jobId);
    const client = view === undefined ? this.#looking : this.#workerOf(view.info);
    return client.resume(jobId, options);
  }

  delete(jobId: string): Promise<void> {
    return this.#looking.delete(jobId);
  }

  prune(options: PruneOptions): Promise<readonly string[]> {
    return this.#looking.prune(options);
  }

  async close(options: CloseOptions = {}): Promise<void> {
    await Promise.all([...this.#workers.values()].map((client) => client.close(options)));
    await this.#looking.close(options);
  }

  #workerOf(info: JobInfo): ServedClient {
    try {
      return this.#worker(origin(info, undefined));
    } catch (error) {
      if (error instanceof CommandFailure) throw new BatchError('job_conflict', error.message, { cause: error });
      throw error;
    }
  }

  #worker(options: BatchClientOptions): ServedClient {
    const key = JSON.stringify(options);
    const known = this.#workers.get(key);
    if (known !== undefined) return known;
    const client = this.#options.open({ ...options, db: this.#options.db });
    this.#workers.set(key, client);
    return client;
  }
}

function isReachable(info: JobInfo): boolean {
  try {
    origin(info, undefined);
    return true;
  } catch {
    return false;
  }
}
