import type { ResultsCommand } from '../command.js';
import type { CliIo } from '../io.js';
import { databasePath, findJob, withReader } from '../open-client.js';
import { databaseFiles, outputPath } from '../output/check-output.js';
import { fileSink } from '../output/file-sink.js';
import { ReaderGone } from '../output/line-sink.js';
import { streamSink } from '../output/stream-sink.js';
import { writeResults } from '../output/write-results.js';

/** The results a job has now, as JSON lines. A reader that leaves (`| head`) has what it wanted. */
export async function exportResults(command: ResultsCommand, io: CliIo): Promise<number> {
  const { jobId, only, ordered } = command;
  const path = outputPath(command.output, io, databaseFiles(databasePath(command.db, io)));
  return await withReader(command.db, io, async (client) => {
    const { job } = await findJob(client, jobId);
    // `process.stdout` blocks while a pipe is full: that is the back-pressure here, where nothing else waits.
    const sink = path === undefined || path === '-' ? streamSink(io.stdout) : fileSink(path);
    try {
      await writeResults(job, sink, { only, order: ordered ? 'input' : 'completion' });
    } catch (error) {
      if (!(error instanceof ReaderGone)) throw error;
    }
    return 0;
  });
}
