import { Problem } from './problem.js';

/** What a request is about. */
export type Route =
  | { readonly name: 'start' | 'list' | 'manyEvents' }
  | { readonly name: JobRouteName; readonly jobId: string }
  | { readonly name: 'item'; readonly jobId: string; readonly itemId: string };

export type JobRouteName =
  | 'inspect'
  | 'delete'
  | 'cancel'
  | 'pause'
  | 'resume'
  | 'retry'
  | 'events'
  | 'results'
  | 'failures'
  | 'items'
  | 'findItem';

const jobRoutes: ReadonlyMap<string, readonly [method: string, name: JobRouteName]> = new Map(
  (
    [
      ['POST', 'cancel'],
      ['POST', 'pause'],
      ['POST', 'resume'],
      ['POST', 'retry'],
      ['GET', 'events'],
      ['GET', 'results'],
      ['GET', 'failures'],
    ] as const
  ).map((route) => [route[1], route]),
);

/** Finds the route; throws a 404 or 405. An id is one segment, whatever is encoded in it. */
export function findRoute(method: string, pathname: string, basePath: string): Route {
  const base = basePath.replace(/\/+$/, '');
  if (!pathname.startsWith(`${base}/`)) throw nothingHere();
  const [root, jobId, part, itemId, ...more] = pathname
    .slice(base.length + 1)
    .split('/')
    .map(decoded);
  if (more.length > 0) throw nothingHere();
  if (root === 'events' && jobId === undefined) return only(method, { GET: { name: 'manyEvents' } });
  if (root !== 'jobs') throw nothingHere();
  if (jobId === undefined) return only(method, { GET: { name: 'list' }, POST: { name: 'start' } });
  if (jobId === '') throw nothingHere();
  if (part === undefined) return only(method, { GET: { name: 'inspect', jobId }, DELETE: { name: 'delete', jobId } });
  if (itemId !== undefined) {
    // An address ends so where its item was ".", which no address can carry.
    if (part !== 'items' || itemId === '') throw nothingHere();
    return only(method, { GET: { name: 'item', jobId, itemId } });
  }
  if (part === 'items') return only(method, { GET: { name: 'items', jobId }, POST: { name: 'findItem', jobId } });
  const found = jobRoutes.get(part);
  if (found === undefined) throw nothingHere();
  return only(method, { [found[0]]: { name: found[1], jobId } });
}

function only(method: string, routes: Readonly<Record<string, Route>>): Route {
  const asked = method === 'HEAD' ? 'GET' : method;
  const route = Object.hasOwn(routes, asked) ? routes[asked] : undefined;
  if (route !== undefined) return route;
  const allow = Object.keys(routes)
    .flatMap((name) => (name === 'GET' ? ['GET', 'HEAD'] : [name]))
    .join(', ');
  throw new Problem(405, 'method_not_allowed', `Expected ${allow}`, { headers: { allow } });
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new Problem(400, 'bad_request', 'The path is not percent-encoded UTF-8');
  }
}

const nothingHere = (): Problem => new Problem(404, 'not_found', 'There is nothing at this address');
