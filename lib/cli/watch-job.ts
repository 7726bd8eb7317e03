import type { BatchJob } from '../job/batch-job.js';
import type { Progress } from '../core/progress.js';
import type { WatchFlags } from './command.js';
import { conclude, type Ending } from './conclude.js';
import { signalExitCodes } from './exit-code.js';
import { Abandoned } from './failure.js';
import { listenForInterrupts } from './interrupts.js';
import type { CliIo } from './io.js';
import { nextCommand } from './next-command.js';
import type { JobOutput } from './output/job-output.js';
import { createView } from './progress/create-view.js';
import { showProgress } from './progress/show-progress.js';
import { machineStream, writeJson } from './report.js';
import { summarize } from './summarize.js';

export interface WatchTask {
  readonly job: BatchJob;
  readonly flags: WatchFlags;
  readonly output: JobOutput;
  readonly io: CliIo;
  /** Whether the same command line would go on with the job. */
  readonly repeatable: boolean;
  /** Puts an error of the library in the words of the command: file and line instead of "item 3". */
  readonly explain?: (error: unknown) => unknown;
}

type Stop = { readonly progress: Progress } | { readonly error: unknown };

/** Shows a job that runs until it stops, writes its results, says how to go on. Resolves with the exit code. */
export async function watchJob(task: WatchTask): Promise<number> {
  const { job, flags, output, io, explain = (error: unknown) => error } = task;
  const startedAt = Date.now();
  const view = await createView(io, flags.json);
  const pause = (): void => void job.pause().catch(() => undefined);
  const interrupts = listenForInterrupts(io, (signal) => {
    view.note(
      `${signal === 'SIGINT' ? 'Ctrl-C' : signal}: waiting for the answers in flight; once more to stop at once`,
    );
    pause();
  });
  const showing = showProgress(job, view, flags.json ? machineStream(flags, io) : undefined);
  try {
    output.start(job, pause);
    const stop = await Promise.race([howItStops(job), interrupts.second]);
    if (stop === undefined) {
      const message = `stopped at once; go on with: ${nextCommand('resume', job.jobId, flags)}`;
      throw new Abandoned(message, signalExitCodes[interrupts.first ?? 'SIGINT']);
    }
    const outputError = await failureOf(output.finish(job, 'progress' in stop));
    const info = await job.info().catch(() => undefined);
    const ending: Ending = {
      jobId: job.jobId,
      stop: 'error' in stop ? { error: explain(stop.error) } : stop,
      info,
      outputError,
      signal: interrupts.first,
      elapsedMs: Date.now() - startedAt,
      now: Date.now(),
      context: flags,
      repeatable: task.repeatable,
    };
    const conclusion = conclude(ending);
    showing.unsubscribe();
    view.stop();
    conclusion.lines.forEach((line) => view.note(line));
    if (flags.json) writeJson(machineStream(flags, io), summarize(ending, conclusion));
    return conclusion.exitCode;
  } finally {
    showing.unsubscribe();
    view.stop();
    interrupts.stop();
  }
}

function howItStops(job: BatchJob): Promise<Stop> {
  return job.wait().then(
    (progress) => ({ progress }),
    (error: unknown) => ({ error }),
  );
}

function failureOf(work: Promise<void>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}
