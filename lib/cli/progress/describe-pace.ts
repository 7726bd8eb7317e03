import type { JobInfo } from '../../core/job.js';
import type { PacedLimit, Progress } from '../../core/progress.js';
import { compact, whole } from './format.js';

/** `840 req/min`, or `840/3,500 req/min` where the limit is known; nothing where neither is. */
export function describeRate(perMinute: number, limit: PacedLimit | null, unit: 'req' | 'tok'): string {
  if (limit === null) return perMinute > 0 ? `${compact(perMinute)} ${unit}/min` : '';
  // 30k, not 30.0k: a limit is mostly a round number.
  return `${compact(perMinute)}/${compact(limit.perMinute).replace('.0', '')} ${unit}/min`;
}

/** `8/40 in flight`, where fewer may be in flight than were asked for. */
export function describeWindow({ inFlight, pacing: { window } }: Progress): string {
  return window === null ? '' : `${whole(inFlight)}/${whole(window)} in flight`;
}

const sources: Readonly<Record<PacedLimit['source'], string>> = {
  option: 'as set',
  provider: 'as the provider says',
  search: 'found by trying',
};

/** `3,500 requests/min (as the provider says), 30,000 tokens/min (as set), at most 40 in flight`; nothing where none is known. */
export function describeLimits(pacing: NonNullable<JobInfo['pacing']>): string {
  const limit = (known: PacedLimit | null, noun: string): readonly string[] =>
    known === null ? [] : [`${whole(known.perMinute)} ${noun}/min (${sources[known.source]})`];
  return [
    ...limit(pacing.requests, 'requests'),
    ...limit(pacing.tokens, 'tokens'),
    ...(pacing.window === null ? [] : [`at most ${whole(pacing.window)} in flight`]),
  ].join(', ');
}
