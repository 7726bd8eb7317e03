import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Handler } from './create-handler.js';
import { linger, nodeBody } from './node-body.js';
import { Problem, problemResponse } from './problem.js';

/** A listener for Node's `http` and `https`, for Express (`app.use('/batches', listener)`) and for Fastify's raw requests. */
export type NodeListener = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Lets a handler answer Node's own requests. The returned function never rejects. */
export function toNodeListener(handler: Handler): NodeListener {
  return async (incoming, outgoing) => {
    const gone = new AbortController();
    const leave = (): void => gone.abort();
    // The response's close comes for a finished answer, too; by then nobody listens.
    outgoing.once('close', leave);
    outgoing.on('error', leave);
    try {
      await send(await answer(handler, incoming, gone.signal), outgoing, gone.signal);
    } catch {
      // A body that broke off half-way: whoever reads must see that it did.
      outgoing.destroy();
    } finally {
      outgoing.off('close', leave);
    }
  };
}

async function answer(handler: Handler, incoming: IncomingMessage, signal: AbortSignal): Promise<Response> {
  let request: Request;
  try {
    request = toRequest(incoming, signal);
  } catch {
    return problemResponse(new Problem(400, 'bad_request', 'The request is not one that can be understood'));
  }
  return await handler(request);
}

function toRequest(incoming: IncomingMessage, signal: AbortSignal): Request {
  const { method = 'GET', headers, url = '/' } = incoming;
  const secure = 'encrypted' in incoming.socket;
  // An absolute address in the request line says nothing that the host header does not.
  const path = url.startsWith('/') ? url : '/';
  // HTTP/2 has a name of its own for it.
  const host = headers.host ?? headers[':authority'];
  if (typeof host !== 'string') throw new TypeError('no host');
  const address = new URL(`${secure ? 'https' : 'http'}://${host}/`);
  // Where the host is more than a host, the rest of it must not become part of the address.
  if (address.href !== `${address.origin}/`) throw new TypeError('not a host');
  const given = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(':') || value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) given.append(name, one);
  }
  const body = method === 'GET' || method === 'HEAD' ? null : nodeBody(incoming);
  const init = { method, headers: given, signal, ...(body !== null && { body, duplex: 'half' as const }) };
  return new Request(address.origin + path, init);
}

async function send(response: Response, outgoing: ServerResponse, signal: AbortSignal): Promise<void> {
  const headers: Record<string, string | string[]> = Object.fromEntries(response.headers);
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) headers['set-cookie'] = cookies;
  // What is left of a body nobody read would be taken for the next request.
  if (!outgoing.req.complete && outgoing.req.httpVersionMajor === 1) headers['connection'] = 'close';
  outgoing.writeHead(response.status, headers);
  if (response.body === null) return await finish(outgoing);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const cancel = (): void => void reader.cancel().catch(() => undefined);
  signal.addEventListener('abort', cancel, { once: true });
  // A body may be over while its reader takes nothing.
  const over = reader.closed.then(() => 'over' as const);
  over.catch(() => undefined);
  // Headers go at once: the first event may be hours away.
  outgoing.flushHeaders();
  for (;;) {
    const { done, value } = await reader.read();
    if (done || signal.aborted) break;
    if (outgoing.write(value)) continue;
    if ((await Promise.race([drained(outgoing, signal), over])) === 'over') hangUpSoon(outgoing);
  }
  signal.removeEventListener('abort', cancel);
  if (!signal.aborted) await finish(outgoing);
}

async function finish(outgoing: ServerResponse): Promise<void> {
  await linger(outgoing.req);
  outgoing.end();
}

/** Milliseconds a reader has for what it was sent, once there is no more. */
const lastReadMs = 2_000;

/** The socket of a reader that takes nothing is closed; one that is only slow has a moment for the rest. */
function hangUpSoon(outgoing: ServerResponse): void {
  const timer = setTimeout(() => outgoing.destroy(), lastReadMs);
  outgoing.once('close', () => clearTimeout(timer));
}

/** Resolves when the socket takes more, or will never again. */
function drained(outgoing: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      outgoing.off('drain', go);
      signal.removeEventListener('abort', go);
      resolve();
    };
    if (signal.aborted) return go();
    outgoing.once('drain', go);
    signal.addEventListener('abort', go, { once: true });
  });
}
