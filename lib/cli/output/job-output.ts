import type { BatchJob } from '../../job/batch-job.js';
import { resultLine } from '../../jsonl/result-line.js';
import type { CliIo } from '../io.js';
import { fileSink } from './file-sink.js';
import { followSink } from './follow-sink.js';
import type { LineSink } from './line-sink.js';
import { streamSink } from './stream-sink.js';
import { writeResults } from './write-results.js';

/** Where the results of a job being worked on go. */
export interface JobOutput {
  /** Begins to write, where results are written as they come. `onFailure` is told once if that breaks off. */
  start(job: BatchJob, onFailure: (error: unknown) => void): void;
  /** Writes the rest; `ended` says whether the job came to its end. Rejects with what made the writing break off. */
  finish(job: BatchJob, ended: boolean): Promise<void>;
}

export interface JobOutputOptions {
  /** Absolute path, `-` for stdout; undefined: the results stay in the database. */
  readonly output: string | undefined;
  readonly ordered: boolean;
  readonly follow: boolean;
  readonly io: Pick<CliIo, 'stdout' | 'openResults'>;
}

export async function openJobOutput({ output, ordered, follow, io }: JobOutputOptions): Promise<JobOutput> {
  const order = ordered ? 'input' : 'completion';
  if (output === undefined) return { start: () => undefined, finish: () => Promise.resolve() };
  if (output !== '-') return follow ? liveOutput(await followSink(output)) : finalOutput(() => fileSink(output), order);
  // The order of the input is known only once the last answer is there.
  return ordered ? finalOutput(() => streamSink(io.stdout), order) : liveOutput(streamSink(io.openResults()));
}

/** Everything at the end, or nothing: a file that is there is complete. */
function finalOutput(open: () => LineSink, order: 'completion' | 'input'): JobOutput {
  return {
    start: () => undefined,
    finish: async (job, ended) => {
      if (ended) await writeResults(job, open(), { order });
    },
  };
}

/** Each result as it comes, no faster than the sink takes them. */
function liveOutput(sink: LineSink): JobOutput {
  let writing: Promise<void> = Promise.resolve();
  let failure: { readonly error: unknown } | undefined;
  return {
    start: (job, onFailure) => {
      const fail = (error: unknown): never => {
        if (failure === undefined) {
          failure = { error };
          onFailure(error);
        }
        throw error;
      };
      const write = (line: string): Promise<void> | undefined => {
        try {
          return sink.write(line)?.catch(fail);
        } catch (error) {
          return fail(error);
        }
      };
      // How the job itself ends is somebody else's question.
      writing = job.forEach(({ result }) => write(resultLine(result))).catch(() => undefined);
    },
    finish: async () => {
      await writing;
      if (failure !== undefined) {
        sink.discard();
        throw failure.error;
      }
      await sink.commit();
    },
  };
}
