import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { BatchClientApi } from '../../client/client-api.js';
import { isBatchError } from '../../core/errors.js';
import type { JobInfo } from '../../core/job.js';
import { describeFileError } from '../../jsonl/file-errors.js';
import { chooseProvider } from '../choose-provider.js';
import type { RunCommand } from '../command.js';
import { CommandFailure } from '../failure.js';
import type { CliIo } from '../io.js';
import { jobName, pipedJobName } from '../job-name.js';
import { databasePath, withClient } from '../open-client.js';
import { databaseFiles, outputPath } from '../output/check-output.js';
import { openJobOutput } from '../output/job-output.js';
import { describeStanding } from '../progress/describe-end.js';
import { whole } from '../progress/format.js';
import { openInput } from '../run-source.js';
import { watchJob } from '../watch-job.js';
import { say } from '../printable.js';

/** Runs the requests of a file or of stdin. The whole input is read before anything is sent. */
export async function runInput(command: RunCommand, io: CliIo): Promise<number> {
  const stdin = command.input === '-';
  const path = stdin ? '-' : resolve(io.cwd, command.input);
  const piped = stdin || isPiped(path, command.input);
  const db = databasePath(command.db, io);
  const output = outputPath(command.output, io, [...(stdin ? [] : [[path, 'input'] as const]), ...databaseFiles(db)]);
  const source = await openInput(stdin ? io.stdin : path, stdin ? '<stdin>' : command.input);
  const { provider, endpoint } = chooseProvider({ ...command, lineEndpoint: source.firstEndpoint, env: io.env });
  const { baseURL, model, mode, limit, options } = command;
  const named = { input: path, provider, endpoint: endpoint ?? '', baseURL, model, mode };
  const jobId = command.jobId ?? (piped ? pipedJobName() : jobName(named));

  return await withClient(io, { provider, endpoint, baseURL, db, ...options }, async (client) => {
    const known = await knownJob(client, jobId);
    if (limit !== undefined) refuseLateLimit(known, limit);
    const sink = await openJobOutput({ ...command, output, io });
    const items = source.items({ limit, endpoint });
    const job = client.map({
      items,
      jobId,
      mode,
      model,
      startAfterInput: true,
      metadata: { input: path, ...(baseURL === undefined ? {} : { baseURL }) },
      ...options,
    });
    if (!command.json) {
      say(io.stderr, announcement(jobId, known));
      if (source.empty) say(io.stderr, 'the input is empty: there is nothing to send');
    }
    return await watchJob({
      job,
      flags: command,
      output: sink,
      io,
      repeatable: !piped || command.jobId !== undefined,
      explain: source.explain,
    });
  });
}

/** Names of what a process has open, which another time is something else: `/dev/stdin`, `<(...)`. */
const descriptors = /^\/(dev|proc)\//;

/** Whether another run may read something else there, as from a pipe. Throws where there is nothing to be read. */
function isPiped(path: string, typed: string): boolean {
  try {
    const stats = statSync(path);
    if (stats.isDirectory())
      throw new CommandFailure(`cannot read ${typed}: it is a directory, expected a file of JSON lines`);
    return !stats.isFile() || descriptors.test(path);
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    throw new CommandFailure(`cannot read ${typed}: ${describeFileError(error)}`, 2, { cause: error });
  }
}

async function knownJob(client: BatchClientApi, jobId: string): Promise<JobInfo | undefined> {
  try {
    return await client.job(jobId).info();
  } catch (error) {
    if (isBatchError(error) && error.code === 'job_not_found') return undefined;
    throw error;
  }
}

/** A trial of 100 must not turn out to be a run of the 10,000 that an earlier command has stored. */
function refuseLateLimit(known: JobInfo | undefined, limit: number): void {
  if (known === undefined || known.pending === 0 || known.total <= limit) return;
  throw new CommandFailure(
    `--limit ${String(limit)} comes too late: job ${known.jobId} already holds ${whole(known.total)} requests, ${whole(known.pending)} of them not done; ` +
      'run without --limit, or start another job with --job-id',
  );
}

function announcement(jobId: string, known: JobInfo | undefined): string {
  if (known === undefined) return `job ${jobId}`;
  const { ok, failed, total, status } = known;
  if (status === 'completed') return `job ${jobId}: completed before, only new requests are sent`;
  return `job ${jobId}: going on, ${describeStanding({ done: ok + failed, total, failed })}`;
}
