import { isBatchError } from '../core/errors.js';
import type { JobInfo } from '../core/job.js';
import type { Progress } from '../core/progress.js';
import { isDamage, salvageCommand } from './damage.js';
import { exitCodeOf, exitCodeOfEnd, signalExitCodes } from './exit-code.js';
import type { StopSignal } from './io.js';
import { nextCommand, type CommandContext } from './next-command.js';
import { ReaderGone } from './output/line-sink.js';
import { describeEnd, describeStanding } from './progress/describe-end.js';
import { describeReset } from './progress/format.js';
import { sentence } from './report.js';

/** How a watched job stopped. */
export interface Ending {
  readonly jobId: string;
  /** Its last progress, of a job that came to its end; or what else stopped it. */
  readonly stop: { readonly progress: Progress } | { readonly error: unknown };
  /** The job after it stopped, where it can be asked. */
  readonly info: JobInfo | undefined;
  /** Why the results could not be written. */
  readonly outputError: unknown;
  /** The signal that asked it to pause. */
  readonly signal: StopSignal | undefined;
  readonly elapsedMs: number;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly context: CommandContext;
  /** Whether the same command line would go on with the job. */
  readonly repeatable: boolean;
}

/** What to say about it, and the exit code. */
export interface Conclusion {
  readonly exitCode: number;
  readonly lines: readonly string[];
}

/** Pure: every way a job can stop, as the user hears of it. */
export function conclude(ending: Ending): Conclusion {
  const { jobId, stop, outputError, signal, context } = ending;
  if ('progress' in stop) return concludeEnd(ending, stop.progress);
  const { error } = stop;
  if (outputError !== undefined) {
    const why = outputError instanceof ReaderGone ? 'the reader of the results has left' : sentence(outputError);
    return { exitCode: 3, lines: [`${why}; the job is paused: ${standing(ending)}`, ...goOn(ending)] };
  }
  if (signal !== undefined && isBatchError(error) && error.code === 'paused') {
    return { exitCode: signalExitCodes[signal], lines: [`paused: ${standing(ending)}`, ...goOn(ending)] };
  }
  const exitCode = exitCodeOf(error);
  if (exitCode === 2) return { exitCode, lines: [sentence(error)] };
  if (isBatchError(error) && error.code === 'job_busy') {
    return { exitCode, lines: [sentence(error), `look at it with: ${nextCommand('status', jobId, context)}`] };
  }
  if (isBatchError(error) && error.code === 'daily_quota') {
    const what = `paused: the day's quota is used up (${standing(ending)}): ${sentence(error)}`;
    return { exitCode, lines: [what, ...goOnAt(error.until, ending)] };
  }
  return { exitCode, lines: [`${sentence(error)} (${standing(ending)})`, ...goOn(ending)] };
}

function concludeEnd(ending: Ending, progress: Progress): Conclusion {
  const { jobId, outputError, context, elapsedMs } = ending;
  const summary = describeEnd(progress, elapsedMs);
  const exitCode = exitCodeOfEnd(progress);
  const { output, ...elsewhere } = context;
  const salvage = isBatchError(outputError) && isDamage(outputError);
  const results = nextCommand('results', jobId, outputError === undefined ? elsewhere : { ...context, salvage });
  if (outputError !== undefined && !(outputError instanceof ReaderGone)) {
    return {
      exitCode: 3,
      lines: [summary, `${sentence(outputError)}; the results are kept, write them with: ${results}`],
    };
  }
  return {
    exitCode,
    lines: [
      summary,
      ...(output === undefined ? [`results: ${results}`] : output === '-' ? [] : [`results: ${output}`]),
      ...(progress.failed > 0 ? [`send the failed ones again: ${nextCommand('retry', jobId, context)}`] : []),
      ...(progress.status === 'cancelled' && progress.pending > 0
        ? [`take up the rest: ${nextCommand('resume', jobId, context)}`]
        : []),
    ],
  };
}

function standing({ info, jobId }: Ending): string {
  if (info === undefined) return `job ${jobId}`;
  return describeStanding({ done: info.ok + info.failed, total: info.total, failed: info.failed });
}

function goOn({ jobId, stop, info, context, repeatable }: Ending): readonly string[] {
  // Going on would meet the same damage.
  if ('error' in stop && isBatchError(stop.error) && isDamage(stop.error))
    return [`read what is left of it with: ${salvageCommand(jobId, context)}`];
  const resume = nextCommand('resume', jobId, context);
  if (info?.inputComplete !== false) return [`go on with: ${resume}`];
  // Only a new reading brings the rest of the input.
  const again = repeatable ? 'the same command again' : `openapi-batch run <requests.jsonl> --job-id ${jobId}`;
  return [`the input was not read to its end; go on with ${again}, or without the rest: ${resume} --partial`];
}

/** `resets at 2026-11-23 08:00 (in 3 h 12 min); then: openapi-batch resume j`. */
function goOnAt(until: number | undefined, ending: Ending): readonly string[] {
  const { jobId, info, context, now } = ending;
  if (until === undefined) return goOn(ending);
  const resets = `resets at ${describeReset(until, now)}`;
  if (info?.inputComplete === false) return [resets, ...goOn(ending)];
  return [`${resets}; then: ${nextCommand('resume', jobId, context)}`];
}
