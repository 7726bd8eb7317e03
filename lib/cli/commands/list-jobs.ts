import { existsSync } from 'node:fs';
import type { JobInfo } from '../../core/job.js';
import type { ListCommand } from '../command.js';
import { isDamage, salvageCommand } from '../damage.js';
import type { CliIo } from '../io.js';
import { databasePath, withReader } from '../open-client.js';
import { moment, whole } from '../progress/format.js';
import { writeJson } from '../report.js';
import { table } from '../table.js';
import { say } from '../printable.js';

/** Every job of the database, newest first. */
export async function listJobs(command: ListCommand, io: CliIo): Promise<number> {
  if (command.db === undefined && !existsSync(databasePath(undefined, io))) {
    say(
      io.stderr,
      `no jobs: there is no database ${databasePath(undefined, io)} (name another with --db or OPENAPI_BATCH_DB)`,
    );
    return 0;
  }
  const jobs = await withReader(command.db, io, (client) => client.jobs());
  if (command.json) jobs.forEach((info) => writeJson(io.stdout, info));
  else if (jobs.length === 0) say(io.stderr, 'no jobs');
  else
    io.stdout.write(table(['JOB', 'STATUS', 'DONE', 'FAILED', 'PROVIDER', 'MODEL', 'UPDATED'], jobs.map(row), [2, 3]));
  for (const { jobId, reason } of jobs) {
    if (reason === null || !isDamage(reason)) continue;
    say(
      io.stderr,
      `the database is damaged, as job ${jobId} found; read what is left of it with: ${salvageCommand(jobId, command)}`,
    );
  }
  return 0;
}

function row(info: JobInfo): readonly string[] {
  const { jobId, status, ok, failed, total, inputComplete, provider, model, updatedAt } = info;
  const done = `${whole(ok + failed)}/${whole(total)}${inputComplete ? '' : '+'}`;
  return [jobId, status, done, whole(failed), provider, model ?? '-', moment(updatedAt)];
}
