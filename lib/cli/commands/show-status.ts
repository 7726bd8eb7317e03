import type { JobInfo } from '../../core/job.js';
import type { Progress } from '../../core/progress.js';
import type { JobCommand } from '../command.js';
import type { CliIo } from '../io.js';
import { isDamage, salvageCommand } from '../damage.js';
import { nextCommand, type CommandContext } from '../next-command.js';
import { findJob, withReader } from '../open-client.js';
import { describeStanding } from '../progress/describe-end.js';
import { describeLimits } from '../progress/describe-pace.js';
import { describeState } from '../progress/describe-progress.js';
import { describeReset, moment, whole } from '../progress/format.js';
import { sentence, writeJson } from '../report.js';
import { table } from '../table.js';

/** How one job stands, and what to do about it. */
export async function showStatus(command: JobCommand, io: CliIo): Promise<number> {
  const { info, progress } = await withReader(command.db, io, async (client) => {
    const found = await findJob(client, command.jobId);
    return { info: found.info, progress: await found.job.progress() };
  });
  if (command.json) writeJson(io.stdout, { ...info, progress });
  else io.stdout.write(describeJob(info, progress, command, Date.now()));
  return 0;
}

/** Pure: a job as lines of names and values. `now` is epoch milliseconds. */
export function describeJob(info: JobInfo, progress: Progress, context: CommandContext, now: number): string {
  const { status, reason, ok, failed, total, provider, endpoint, model, tokens, owner } = info;
  const limits = info.pacing === null ? '' : describeLimits(info.pacing);
  const rows: readonly (readonly [name: string, value: string])[] = [
    ['job', info.jobId],
    ['status', reason === null ? status : `${status}: ${sentence(reason)}`],
    ...(reason?.until === undefined ? [] : [['resets at', describeReset(reason.until, now)] as const]),
    [
      'items',
      `${describeStanding({ done: ok + failed, total, failed })}${info.inputComplete ? '' : ' (the input was not read to its end)'}`,
    ],
    ...(status === 'running' ? [['pace', describeState(progress, now)] as const] : []),
    ...(limits === '' ? [] : [['limits', limits] as const]),
    ['provider', [provider, endpoint, model].filter((part) => part !== null && part !== 'default').join(' ')],
    ['mode', info.modeReason === '' ? info.runMode : `${info.runMode} (${info.modeReason})`],
    ['tokens', `${whole(tokens.input)} in, ${whole(tokens.output)} out`],
    ['created', moment(info.createdAt)],
    ['updated', moment(info.updatedAt)],
    ...(owner === null ? [] : [['owner', `process ${String(owner.pid)} on ${owner.host}`] as const]),
    ...Object.entries(info.notes).map(([name, count]) => [name, whole(count)] as const),
    ...whatNext(info, context),
  ];
  return table(...withoutHeads(rows));
}

function withoutHeads(
  rows: readonly (readonly string[])[],
): [heads: readonly string[], rows: readonly (readonly string[])[]] {
  const [first = [], ...rest] = rows;
  return [first, rest];
}

function whatNext(info: JobInfo, context: CommandContext): readonly (readonly [name: string, value: string])[] {
  const { jobId, status, reason, failed } = info;
  if (reason !== null && isDamage(reason)) return [['what is left', salvageCommand(jobId, context)]];
  const results = ['results', nextCommand('results', jobId, context)] as const;
  switch (status) {
    case 'running':
      return [];
    case 'completed':
      return [results, ...(failed > 0 ? [['retry', nextCommand('retry', jobId, context)] as const] : [])];
    default: {
      const resume = nextCommand('resume', jobId, context);
      return [
        results,
        ['go on', info.inputComplete ? resume : `the same run command again, or without the rest: ${resume} --partial`],
      ];
    }
  }
}
