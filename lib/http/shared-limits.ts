import type { SharedLimits } from '../options/run-options.js';
import type { Principal, ServedClient } from './handler-options.js';
import { Problem } from './problem.js';

const shared = ['requestsPerMinute', 'tokensPerMinute'] as const satisfies readonly (keyof SharedLimits)[];

/**
 * These options hold back everybody on the same key: for those alone who see everybody's jobs. They may lower what the
 * server's own client was given, and not raise it. Throws a 403 for anybody else.
 */
export function withinLimits<O extends SharedLimits>(options: O, principal: Principal, { limits }: ServedClient): O {
  const asked = shared.filter((name) => options[name] !== undefined);
  const [first] = asked;
  if (first === undefined) return options;
  if (principal.jobs !== 'all') {
    const why = `"${first}" counts for all jobs on the same key: only a principal with jobs "all" may set it`;
    throw new Problem(403, 'forbidden', why);
  }
  const lowered: Partial<Record<keyof SharedLimits, number>> = {};
  for (const name of asked) lowered[name] = Math.min(options[name] ?? Infinity, limits[name] ?? Infinity);
  return { ...options, ...lowered };
}
