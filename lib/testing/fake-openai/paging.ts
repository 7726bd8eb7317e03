import { json, type Reply } from '../fake-server/reply.js';
import { openaiError } from './error-body.js';

interface Listed {
  readonly id: string;
}

/** One page of a list by `after` and `limit`, with `has_more`. */
export function page<T extends Listed>(
  all: readonly T[],
  query: URLSearchParams,
  limits: { readonly usual: number; readonly most: number },
  show: (entry: T) => unknown,
): Reply {
  const limit = Number(query.get('limit') ?? limits.usual);
  if (!Number.isInteger(limit) || limit < 1 || limit > limits.most) {
    return openaiError(400, `Invalid 'limit': expected 1 to ${limits.most}, got ${query.get('limit') ?? ''}.`, {
      param: 'limit',
    });
  }
  const after = query.get('after');
  const start = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
  if (after !== null && start === 0) return openaiError(400, `No such cursor: ${after}`, { param: 'after' });
  const entries = all.slice(start, start + limit);
  const data = entries.map(show);
  const [first, last] = [entries.at(0)?.id ?? null, entries.at(-1)?.id ?? null];
  return json(200, { object: 'list', data, first_id: first, last_id: last, has_more: start + limit < all.length });
}
