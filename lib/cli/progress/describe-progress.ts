import type { Progress } from '../../core/progress.js';
import { describeRate, describeWindow } from './describe-pace.js';
import { dollars, duration, plural, whole } from './format.js';

/** Nothing has been sent, because the input is still being read. */
export const isReading = ({ totalKnown, done, inFlight }: Progress): boolean => !totalKnown && done + inFlight === 0;

/** The whole of it on one line, in `width` columns where possible. `now` is epoch milliseconds. */
export function describeProgress(progress: Progress, now: number, width = Infinity): string {
  if (isReading(progress))
    return `reading the input${progress.total > 0 ? `: ${plural(progress.total, 'request')}` : ''}`;
  const count = `${describeCount(progress)}: `;
  return `${count}${describeState(progress, now, width - count.length)}`;
}

/** `120/200 done`. */
export function describeCount(progress: Progress): string {
  return `${whole(progress.done)}/${whole(progress.total)}${progress.totalKnown ? '' : '+'} done`;
}

/**
 * Everything beside the count: what failed, how fast it goes against what is allowed, what it waits for. What matters least
 * is left out where it does not fit into `width` columns. `now` is epoch milliseconds.
 */
export function describeState(progress: Progress, now: number, width = Infinity): string {
  const { ok, failed, rate, pacing, cost, etaMs, status } = progress;
  const moving = status === 'running';
  const parts = {
    ok: `${whole(ok)} ok`,
    failed: failed > 0 ? `${whole(failed)} failed` : '',
    requests: moving ? describeRate(rate.requestsPerMinute, pacing.requests, 'req') : '',
    tokens: moving ? describeRate(rate.tokensPerMinute, pacing.tokens, 'tok') : '',
    window: moving ? describeWindow(progress) : '',
    cost: cost === null ? '' : dollars(cost),
    hold: describeHold(progress, now),
    eta: moving && etaMs !== null && progress.totalKnown ? `eta ${duration(etaMs)}` : '',
  };
  // First to go first: how many are ok can be told from how many are done and failed.
  const dispensable = ['ok', 'window', 'cost', 'eta', 'tokens', 'requests'] as const;
  for (const name of dispensable) {
    if (join(parts).length <= width) break;
    parts[name] = '';
  }
  return join(parts);
}

const join = (parts: Readonly<Record<string, string>>): string =>
  Object.values(parts)
    .filter((part) => part !== '')
    .join(', ');

function describeHold({ pacing, status }: Progress, now: number): string {
  if (pacing.state !== 'held' || status !== 'running') return '';
  if (pacing.until === null) return pacing.outage ? 'nothing is answered' : 'rate limited';
  if (pacing.outage) return `nothing is answered, next try in ${duration(pacing.until - now)}`;
  return `rate limited, opens in ${duration(pacing.until - now)}`;
}
