import { checkHost, checkOrigin, corsHeaders, preflight } from './gate.js';
import { controlJob } from './control-job.js';
import { handlerSettings, type HandlerOptions, type Principal } from './handler-options.js';
import { Places } from './places.js';
import { Problem, problemResponse, toProblem } from './problem.js';
import { findItem, inspectItem, pageItems } from './read-items.js';
import { countFailures, inspectJob, listJobs } from './read-jobs.js';
import { findRoute, type Route } from './routes.js';
import { startJob } from './start-job.js';
import { jobsOf, streamEvents } from './stream-events.js';
import { streamResults } from './stream-results.js';

/** A web-standard request handler: of Hono, Next, Deno, Bun; of Node's own server through `toNodeListener`. */
export type Handler = (request: Request) => Promise<Response>;

const maxUrlLength = 8_192;

/**
 * Serves the jobs of a client over HTTP: what each address does stands in `wire.ts`. Never rejects; whatever goes wrong is
 * an answer, `application/problem+json`. Throws an `OptionsError` for wrong options.
 */
export function createHandler(options: HandlerOptions): Handler {
  const settings = handlerSettings(options);
  const streams = new Places({
    perPrincipal: settings.maxStreamsPerPrincipal,
    full: {
      code: 'too_many_streams',
      detail: (most) =>
        `At most ${String(most)} streams may be open at a time; follow several jobs in one: GET /events?job=a&job=b`,
    },
  });
  const uploads = new Set<string>();
  const places = new Places({
    perPrincipal: settings.maxUploadsPerPrincipal,
    total: settings.maxUploads,
    full: {
      code: 'too_many_uploads',
      detail: (most) => `At most ${String(most)} jobs may be sent at a time; try again`,
    },
  });

  const answer = async (request: Request, url: URL): Promise<Response> => {
    const principal = await authorized(request);
    if (isResponse(principal)) return principal;
    const context = { settings, principal, request, url, streams, uploads, places };
    return await perform(findRoute(request.method, url.pathname, settings.basePath), context);
  };

  const authorized = async (request: Request): Promise<Principal | Response> => {
    const decided = await settings.authorize(request);
    if (isResponse(decided) || isPrincipal(decided)) return decided;
    throw new Problem(401, 'unauthorized', 'Who asks is not known here: a valid token (or session) is needed', {
      headers: { 'www-authenticate': 'Bearer' },
    });
  };

  const perform = async (route: Route, context: RouteContext): Promise<Response> => {
    switch (route.name) {
      case 'start':
        return await startJob(context);
      case 'list':
        return await listJobs(context);
      case 'manyEvents':
        return streamEvents(context, jobsOf(context.url));
      case 'inspect':
        return inspectJob(context, route.jobId);
      case 'events':
        return streamEvents(context, [route.jobId]);
      case 'results':
        return streamResults(context, route.jobId);
      case 'failures':
        return await countFailures(context, route.jobId);
      case 'items':
        return await pageItems(context, route.jobId);
      case 'item':
        return await inspectItem(context, route.jobId, route.itemId);
      case 'findItem':
        return await findItem(context, route.jobId);
      case 'cancel':
      case 'pause':
      case 'resume':
      case 'retry':
      case 'delete':
        return await controlJob(context, route.name, route.jobId);
    }
  };

  const handle = async (request: Request): Promise<Response> => {
    let origin: string | undefined;
    try {
      if (request.url.length > maxUrlLength) throw new Problem(414, 'bad_request', 'The address is too long');
      const url = new URL(request.url);
      checkHost(url, settings.allowedHosts);
      origin = checkOrigin(request, url, settings.cors);
      if (request.method === 'OPTIONS') return finished(preflight(origin, settings.cors), {});
      return finished(await answer(request, url), corsHeaders(origin, settings.cors));
    } catch (error) {
      const problem = toProblem(error);
      if (problem.status >= 500) report(error, request);
      return finished(problemResponse(problem), corsHeaders(origin, settings.cors));
    }
  };

  return async (request) => {
    const response = await handle(request);
    return request.method === 'HEAD' ? withoutBody(response) : response;
  };

  function report(error: unknown, request: Request): void {
    try {
      settings.onError(error, request);
    } catch {
      // Whoever is told of an error must not make another.
    }
  }
}

type RouteContext = Parameters<typeof startJob>[0] & Parameters<typeof streamEvents>[0];

/** What every answer has, whoever made it. */
function finished(response: Response, headers: Readonly<Record<string, string>>): Response {
  const all = new Headers(response.headers);
  for (const [name, value] of Object.entries(headers)) all.set(name, value);
  all.set('x-content-type-options', 'nosniff');
  all.append('vary', 'origin');
  if (!all.has('cache-control')) all.set('cache-control', 'no-store');
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers: all });
}

/** What is not read is not made, and gives its place back. */
function withoutBody({ body, status, statusText, headers }: Response): Response {
  body?.cancel().catch(() => undefined);
  return new Response(null, { status, statusText, headers });
}

/** By its looks: a framework may bring a `Response` of its own. */
function isResponse(value: unknown): value is Response {
  return typeof value === 'object' && value !== null && 'status' in value && 'headers' in value;
}

/** Throws for a name of another kind: who wrote `authorize` meant to let somebody in. */
function isPrincipal(value: unknown): value is Principal {
  if (typeof value !== 'object' || value === null || !('name' in value)) return false;
  if (typeof value.name === 'string') return true;
  const got = value.name === null ? 'null' : typeof value.name;
  throw new Problem(
    500,
    'internal',
    `The server's authorize() let somebody in whose "name" is no string (${got}); a number, say, becomes one by String(user.id)`,
  );
}
