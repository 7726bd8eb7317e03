import type { ResumeCommand, RetryCommand } from '../command.js';
import type { CliIo } from '../io.js';
import { databasePath, findJob, withClient, withReader } from '../open-client.js';
import { origin } from '../origin.js';
import { databaseFiles, outputPath } from '../output/check-output.js';
import { openJobOutput } from '../output/job-output.js';
import { watchJob } from '../watch-job.js';

/** `resume` and `retry`: goes on with what is stored, with the provider the job was made with. */
export async function takeUp(command: ResumeCommand | RetryCommand, io: CliIo): Promise<number> {
  const { jobId, db, options } = command;
  const info = await withReader(db, io, async (client) => (await findJob(client, jobId)).info);
  const output = outputPath(command.output, io, databaseFiles(databasePath(db, io)));
  return await withClient(
    io,
    { ...origin(info, command.baseURL), db: databasePath(db, io), ...options },
    async (client) => {
      const sink = await openJobOutput({ ...command, output, io });
      const job =
        command.name === 'resume'
          ? client.resume(jobId, { partial: command.partial, mode: command.mode, ...options })
          : client.job(jobId).retryFailed({ mode: command.mode });
      return await watchJob({ job, flags: command, output: sink, io, repeatable: false });
    },
  );
}
