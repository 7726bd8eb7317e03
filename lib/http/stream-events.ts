import type { HandlerSettings, Principal } from './handler-options.js';
import { JobEventSource } from './event-source.js';
import { requireVisible } from './job-access.js';
import type { Places } from './places.js';
import { Problem } from './problem.js';
import { readQuery } from './query.js';
import { textStream } from './text-stream.js';

export interface StreamContext {
  readonly settings: HandlerSettings;
  readonly principal: Principal;
  readonly request: Request;
  readonly url: URL;
  readonly streams: Places;
}

const mostJobs = 100;

/** `GET /jobs/:id/events` and `GET /events?job=...`. */
export function streamEvents(context: StreamContext, jobIds: readonly string[]): Response {
  const { settings, principal, request, url, streams } = context;
  const { client, heartbeatMs, maxStreamMs } = settings;
  const { reader } = client;
  if (jobIds.length > mostJobs)
    throw new Problem(400, 'bad_request', `One stream carries at most ${String(mostJobs)} jobs`);
  const jobs = jobIds.map((jobId) => requireVisible(client, principal, jobId));
  const after = startingPoint(request, url);
  if (typeof after === 'number' && isOver(jobIds, after)) return new Response(null, { status: 204 });
  const leave = streams.enter(principal);
  const source = new JobEventSource({ reader, jobs, after, heartbeatMs });
  const close = (): void => {
    source.close();
    leave();
  };
  const body = textStream({ next: () => source.next(), close }, { signal: request.signal, lifeMs: maxStreamMs });
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      // A proxy that compresses or collects would hold everything back.
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    },
  });

  /** A browser's own EventSource reconnects for ever, unless it is told with a 204. */
  function isOver(ids: readonly string[], place: number): boolean {
    return (
      ids.every((jobId) => reader.standing(jobId).state === 'ended') &&
      reader.eventsAfter(ids, place, { rows: 1, chars: 1 }).length === 0
    );
  }
}

/** Job ids of the query, each once; at least one. */
export function jobsOf(url: URL): readonly string[] {
  const jobIds = [...new Set(url.searchParams.getAll('job'))];
  if (jobIds.length > 0) return jobIds;
  throw new Problem(400, 'bad_request', 'Name the jobs to follow: /events?job=a&job=b');
}

/** The header wins: a browser that reconnects by itself cannot change the query it began with. */
function startingPoint(request: Request, url: URL): number | 'now' | undefined {
  const header = request.headers.get('last-event-id');
  if (header === null || header === '') return readQuery('events', url.searchParams).after;
  return readQuery('events', new URLSearchParams({ after: header }), 'header "Last-Event-ID"').after;
}
