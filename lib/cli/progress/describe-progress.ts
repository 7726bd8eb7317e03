import type { Progress } from '../../core/progress.js';
import { compact, dollars, duration, plural, whole } from './format.js';

/** `120/200 done`, or how far the input has been read. */
export function describeCount(progress: Progress): string {
  if (!progress.totalKnown && progress.done === 0) return `reading the input: ${plural(progress.total, 'request')}`;
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
