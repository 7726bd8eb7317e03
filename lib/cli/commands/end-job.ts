import type { JobCommand } from '../command.js';
import type { CliIo } from '../io.js';
import { findJob, withReader } from '../open-client.js';
import { describeStanding } from '../progress/describe-end.js';
import { writeJson } from '../report.js';

/** `cancel`: no more requests, also from the process that runs the job now; what was answered is kept. */
export async function cancelJob(command: JobCommand, io: CliIo): Promise<number> {
  const info = await withReader(command.db, io, async (client) => {
    const { job } = await findJob(client, command.jobId);
    await job.cancel();
    return await job.info();
  });
  const { jobId, status, ok, failed, total } = info;
  if (command.json) writeJson(io.stdout, info);
  else io.stderr.write(`job ${jobId} is ${status}: ${describeStanding({ done: ok + failed, total, failed })}\n`);
  return 0;
}

/** `delete`: the job with its requests and results. */
export async function deleteJob(command: JobCommand, io: CliIo): Promise<number> {
  const { jobId } = command;
  await withReader(command.db, io, async (client) => {
    await findJob(client, jobId);
    await client.delete(jobId);
  });
  if (command.json) writeJson(io.stdout, { jobId, deleted: true });
  else io.stderr.write(`job ${jobId} is deleted\n`);
  return 0;
}
