/** A request as far as a redirect changes it. */
export interface Sent {
  readonly url: string;
  readonly method: string;
  readonly headers: RequestInit['headers'];
  readonly body: Exclude<RequestInit['body'], undefined>;
}

export interface Redirect {
  readonly status: number;
  readonly location: string;
}

/**
 * The request a redirect asks for, by the rules of fetch, or undefined where it is not followed. It stays within its origin: the
 * body is somebody's prompt, and any header may be a key, not only `authorization`, which fetch takes off. A `file` may lie in a
 * storage elsewhere: it is fetched from there with nothing that says who asks, and not without TLS if there was TLS.
 */
export function followed(sent: Sent, { status, location }: Redirect, file: boolean): Sent | undefined {
  if (!URL.canParse(location, sent.url)) return undefined;
  const from = new URL(sent.url);
  const to = new URL(location, from);
  const next = { ...afterStatus(sent, status), url: to.href };
  if (to.origin === from.origin) return isReadOnce(next.body) ? undefined : next;
  const asSafe = to.protocol === 'https:' || to.protocol === from.protocol;
  return file && asSafe && sent.method === 'GET' && sent.body === null
    ? { ...next, headers: only(sent.headers, ['accept', 'range']) }
    : undefined;
}

export function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/** Origin of the place a redirect names, without what may be secret in its path and query. */
export function namedOrigin(location: string, base: string): string {
  return URL.canParse(location, base) ? new URL(location, base).origin : 'no address';
}

/** 307 and 308 ask for the same again, the others for a look at the other place. */
function afterStatus(sent: Sent, status: number): Sent {
  const { method } = sent;
  const asGet = status === 303 ? method !== 'GET' && method !== 'HEAD' : status <= 302 && method === 'POST';
  if (!asGet) return sent;
  const headers = new Headers(sent.headers);
  for (const name of [...headers.keys()]) if (name.startsWith('content-')) headers.delete(name);
  return { ...sent, method: 'GET', headers, body: null };
}

/** A stream, which is spent by then. */
function isReadOnce(body: Sent['body']): boolean {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

function only(headers: Sent['headers'], names: readonly string[]): Headers {
  return new Headers([...new Headers(headers)].filter(([name]) => names.includes(name)));
}
