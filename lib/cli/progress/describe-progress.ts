import type { Progress } from '../../core/progress.js';
import { compact, dollars, duration, plural, whole } from './format.js';

/** Nothing has been sent, because the input is still being read. */
export const isReading = ({ totalKnown, done, inFlight }: Progress): boolean => !totalKnown && done + inFlight === 0;

/** The whole of it on one line. `now` is epoch milliseconds. */
export function describeProgress(progress: Progress, now: number): string {
  if (isReading(progress))
    return `reading the input${progress.total > 0 ? `: ${plural(progress.total, 'request')}` : ''}`;
  return `${describeCount(progress)}: ${describeState(progress, now)}`;
}

/** `120/200 done`. */
export function describeCount(progress: Progress): string {
  return `${whole(progress.done)}/${whole(progress.total)}${progress.totalKnown ? '' : '+'} done`;
}

/** Everything beside the count: what failed, how fast it goes, what it waits for. `now` is epoch milliseconds. */
export function describeState(progress: Progress, now: number): string {
  const { ok, failed, rate, cost, etaMs, status } = progress;
  const moving = status === 'running';
  return [
    `${whole(ok)} ok`,
    failed > 0 ? `${whole(failed)} failed` : '',
    moving && rate.requestsPerMinute > 0 ? `${compact(rate.requestsPerMinute)} req/min` : '',
    moving && rate.tokensPerMinute > 0 ? `${compact(rate.tokensPerMinute)} tok/min` : '',
    cost === null ? '' : dollars(cost),
    describeHold(progress, now),
    moving && etaMs !== null && progress.totalKnown ? `eta ${duration(etaMs)}` : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function describeHold({ pacing, status }: Progress, now: number): string {
  if (pacing.state !== 'held' || status !== 'running') return '';
  if (pacing.until === null) return 'rate limited';
  return `rate limited, opens in ${duration(pacing.until - now)}`;
}
