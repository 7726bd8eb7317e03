import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { BatchClientApi } from '../client/client-api.js';
import { isBatchError } from '../core/errors.js';
import type { JobInfo } from '../core/job.js';
import { suggestion } from '../options/check-options.js';
import type { BatchClientOptions } from '../options/client-options.js';
import type { BatchJob } from '../job/batch-job.js';
import { Abandoned, CommandFailure } from './failure.js';
import type { CliIo } from './io.js';

/** Where the jobs are: `--db`, else `OPENAPI_BATCH_DB`, else a file in the current folder. */
export function databasePath(db: string | undefined, io: CliIo): string {
  const name = db ?? (io.env['OPENAPI_BATCH_DB'] || 'openapi-batch.sqlite');
  return name === ':memory:' ? name : resolve(io.cwd, name);
}

/** The same, for commands about jobs there are: they must not make an empty database of a mistyped name. */
export function existingDatabase(db: string | undefined, io: CliIo): string {
  const path = databasePath(db, io);
  if (!existsSync(path))
    throw new CommandFailure(`there is no database ${path}; name the one the job is in with --db or OPENAPI_BATCH_DB`);
  return path;
}

/** Opens a client, uses it, closes it again whatever happens. */
export async function withClient<T>(
  io: CliIo,
  options: BatchClientOptions,
  use: (client: BatchClientApi) => Promise<T>,
): Promise<T> {
  const client = await io.openClient(options);
  let result: T;
  try {
    result = await use(client);
  } catch (error) {
    // What went wrong first is what the user must hear of; and somebody out of patience waits for nothing.
    await client.close(error instanceof Abandoned ? { drainMs: 0 } : {}).catch(() => undefined);
    throw error;
  }
  await client.close();
  return result;
}

/** A client that only looks: no provider, no key. */
export function withReader<T>(
  db: string | undefined,
  io: CliIo,
  use: (client: BatchClientApi) => Promise<T>,
): Promise<T> {
  return withClient(io, { provider: 'local_echo', db: existingDatabase(db, io) }, use);
}

/** The job of that id. An id nobody knows is answered with the nearest one there is. */
export async function findJob(client: BatchClientApi, jobId: string): Promise<{ job: BatchJob; info: JobInfo }> {
  try {
    const job = client.job(jobId);
    return { job, info: await job.info() };
  } catch (error) {
    if (!isBatchError(error) || error.code !== 'job_not_found') throw error;
    const known = (await client.jobs()).map((info) => info.jobId);
    const hint = known.length === 0 ? '; the database has no jobs' : suggestion(jobId, known.slice(0, 100));
    throw new CommandFailure(`there is no job ${JSON.stringify(jobId)}${hint}`, 2, { cause: error });
  }
}
