import { statSync } from 'node:fs';
import { resultLine } from '../../jsonl/result-line.js';
import { suggestion } from '../../options/check-options.js';
import { openSalvage, type Salvage, type SalvagedJob } from '../../store/salvage/salvaged-job.js';
import type { ResultsCommand } from '../command.js';
import { CommandFailure } from '../failure.js';
import type { CliIo } from '../io.js';
import { databasePath, existingDatabase } from '../open-client.js';
import { databaseFiles, outputPath } from '../output/check-output.js';
import { fileSink } from '../output/file-sink.js';
import { ReaderGone, type LineSink } from '../output/line-sink.js';
import { streamSink } from '../output/stream-sink.js';
import { whole } from '../progress/format.js';
import { say } from '../printable.js';

/** `results --salvage`: every result that can still be read from a damaged database. Exit code 1 if one is missing, or may be another job's. */
export async function salvageResults(command: ResultsCommand, io: CliIo): Promise<number> {
  const db = existingDatabase(command.db, io);
  const path = outputPath(command.output, io, databaseFiles(databasePath(command.db, io)));
  // A pipe would be waited for, a device has no end.
  if (!statSync(db).isFile()) throw new CommandFailure(`cannot read ${db}: it is no file`);
  const salvage = openSalvage(db);
  try {
    const job = salvage.job(command.jobId);
    if (job === undefined) throw unknownJob(command.jobId, salvage);
    const read = await write(job, command, path === undefined || path === '-' ? streamSink(io.stdout) : fileSink(path));
    // Whoever left (`| head`) has what they wanted; what was not read any more is not lost.
    if (read === undefined) return 0;
    const missing = job.expected === null ? undefined : Math.max(0, job.expected - read);
    say(io.stderr, describe(command.jobId, read, missing, job.found - read) + (job.named ? '' : unnamed));
    return job.named && missing === 0 && job.found === read ? 0 : 1;
  } finally {
    salvage.close();
  }
}

/** How many could be read; undefined where the reader left before the end. */
async function write(job: SalvagedJob, { only, ordered }: ResultsCommand, sink: LineSink): Promise<number | undefined> {
  let read = 0;
  try {
    for (const result of job.results(ordered ? 'input' : 'completion')) {
      if (result === undefined) continue;
      read++;
      if (only === 'all' || result.ok === (only === 'ok')) await sink.write(resultLine(result));
    }
    await sink.commit();
  } catch (error) {
    sink.discard();
    if (!(error instanceof ReaderGone)) throw error;
    return undefined;
  }
  return read;
}

const unnamed =
  '; the file names every other job, and no longer says that this one had that name: look whether they are the right ones';

function describe(jobId: string, read: number, missing: number | undefined, torn: number): string {
  const found = `job ${jobId}: ${whole(read)} results read`;
  if (missing === undefined) {
    const besides = torn > 0 ? `; ${whole(torn)} could not be read` : '';
    return `${found}${besides}, and the file no longer says how many there were`;
  }
  return missing === 0 ? `${found}, none is missing` : `${found}, ${whole(missing)} could not be read`;
}

function unknownJob(jobId: string, { jobIds }: Salvage): CommandFailure {
  const hint = jobIds.length === 0 ? '; it names no job at all' : suggestion(jobId, jobIds.slice(0, 100));
  return new CommandFailure(`what can be read of the database names no job ${JSON.stringify(jobId)}${hint}`);
}
