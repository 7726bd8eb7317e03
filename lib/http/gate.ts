import type { CorsOptions } from './handler-options.js';
import { Problem } from './problem.js';

const readOnlyMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Throws where the request came to a name this server does not go by. */
export function checkHost(url: URL, allowed: readonly string[] | 'any'): void {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (allowed === 'any' || allowed.includes(host)) return;
  throw new Problem(
    403,
    'forbidden',
    `This server does not answer to the host ${JSON.stringify(host.slice(0, 100))}; if it should, name it in the option "allowedHosts"`,
  );
}

/**
 * The origin of another site that the request comes from and that is allowed, or undefined where it comes from no other
 * site. Throws for any other origin, and for what a browser sends with a cookie without saying where it comes from.
 */
export function checkOrigin(request: Request, url: URL, cors: CorsOptions): string | undefined {
  const origin = request.headers.get('origin');
  const site = request.headers.get('sec-fetch-site');
  if (origin === null) {
    // An image or a link on a stranger's page.
    if (site === 'cross-site' || site === 'same-site') throw foreign();
    const changes = !readOnlyMethods.has(request.method);
    if (changes && request.headers.has('cookie') && site === null) throw unknownPage();
    return undefined;
  }
  // The same name by another scheme is another site's page, too: browsers know, where they say it.
  if (isSameOrigin(origin, url) && (site === null || site === 'same-origin')) return undefined;
  if (cors.origins.includes(origin) || (cors.origins.includes('*') && origin !== 'null')) return origin;
  throw foreign();
}

/** By host alone: behind a proxy that speaks TLS, our own scheme is not the browser's. */
function isSameOrigin(origin: string, url: URL): boolean {
  return URL.canParse(origin) && new URL(origin).host === url.host;
}

function foreign(): Problem {
  return new Problem(403, 'forbidden', 'Requests from pages of this origin are not allowed; see the option "cors"');
}

function unknownPage(): Problem {
  return new Problem(
    403,
    'forbidden',
    'A request that changes something and brings a cookie must say from which page it comes, by the header "Origin"; programs that are no browser should send a token',
  );
}

/** What an allowed page of another site may read of an answer. */
export function corsHeaders(
  origin: string | undefined,
  { credentials }: CorsOptions,
): Readonly<Record<string, string>> {
  if (origin === undefined) return {};
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'location, retry-after',
    ...(credentials === true && { 'access-control-allow-credentials': 'true' }),
  };
}

/** Answer to the question a browser asks before it sends what a form could not. */
export function preflight(origin: string | undefined, cors: CorsOptions): Response {
  return new Response(null, {
    status: 204,
    headers: {
      ...corsHeaders(origin, cors),
      'access-control-allow-methods': 'GET, POST, DELETE',
      'access-control-allow-headers': 'authorization, content-type, idempotency-key, last-event-id',
      'access-control-max-age': '600',
    },
  });
}
