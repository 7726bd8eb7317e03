import type { JobInfo } from '../../core/job.js';
import type { BatchClientOptions } from '../../options/client-options.js';
import type { JobCommand } from '../command.js';
import type { CliIo } from '../io.js';
import { databasePath, findJob, withClient, withReader } from '../open-client.js';
import { origin } from '../origin.js';
import { describeStanding } from '../progress/describe-end.js';
import { writeJson } from '../report.js';
import { say } from '../printable.js';

/** `cancel`: no more requests, also from the process that runs the job now; what was answered is kept. */
export async function cancelJob(command: JobCommand, io: CliIo): Promise<number> {
  const found = await withReader(command.db, io, async (client) => (await findJob(client, command.jobId)).info);
  const info = await withClient(io, { ...reach(found), db: databasePath(command.db, io) }, async (client) => {
    const { job } = await findJob(client, command.jobId);
    await job.cancel();
    return await job.info();
  });
  const { jobId, status, ok, failed, total } = info;
  if (command.json) writeJson(io.stdout, info);
  else say(io.stderr, `job ${jobId} is ${status}: ${describeStanding({ done: ok + failed, total, failed })}`);
  return 0;
}

/** Batches are cancelled at their provider, by its key; for anything else the database is enough. */
function reach(info: JobInfo): BatchClientOptions {
  // A cancelled job may have batches that had not ended by then.
  const over = info.status === 'completed' || (info.status === 'cancelled' && info.pending === 0);
  const resting = info.owner === null && !over;
  return info.runMode === 'native' && resting ? origin(info, undefined) : { provider: 'local_echo' };
}

/** `delete`: the job with its requests and results. */
export async function deleteJob(command: JobCommand, io: CliIo): Promise<number> {
  const { jobId } = command;
  await withReader(command.db, io, async (client) => {
    await findJob(client, jobId);
    await client.delete(jobId);
  });
  if (command.json) writeJson(io.stdout, { jobId, deleted: true });
  else say(io.stderr, `job ${jobId} is deleted`);
  return 0;
}
