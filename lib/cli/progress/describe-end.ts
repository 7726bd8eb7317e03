import type { Progress } from '../../core/progress.js';
import { dollars, duration, plural, whole } from './format.js';

/** `completed: 200 items, 197 ok, 3 failed; 12,345 tokens in, 6,789 out; 14 s`. */
export function describeEnd(progress: Progress, elapsedMs: number): string {
  const { status, total, ok, failed, pending, tokens, cost } = progress;
  const counts = [
    plural(total, 'item'),
    `${whole(ok)} ok`,
    `${whole(failed)} failed`,
    ...(pending > 0 ? [`${whole(pending)} not sent`] : []),
  ];
  const used = `${whole(tokens.input)} tokens in, ${whole(tokens.output)} out${cost === null ? '' : `, ${dollars(cost)}`}`;
  return [
    `${status}: ${counts.join(', ')}`,
    ...(tokens.input + tokens.output > 0 ? [used] : []),
    duration(elapsedMs),
  ].join('; ');
}

/** `120 of 200 done, 3 failed`, for a job that stopped on its way. */
export function describeStanding({ done, total, failed }: Pick<Progress, 'done' | 'total' | 'failed'>): string {
  return `${whole(done)} of ${whole(total)} done${failed > 0 ? `, ${whole(failed)} failed` : ''}`;
}
