import type { Fetch } from '../../../../lib/transport/thin-fetch.js';
import type { KillSwitch } from './kill-switch.js';

/**
 * A fetch with points at every step of a call: `before` it, `sent` (on its way, not answered), `headers` (answered, not
 * read), `chunk` (each part of a body that is streamed up or down), `body` (read).
 */
export function pointedFetch(fetch: Fetch, points: KillSwitch): Fetch {
  return async (input, init) => {
    const name = `fetch.${nameOf(addressOf(input), init?.method)}`;
    points.pass(`${name}:before`);
    const answer = fetch(input, withPoints(init, name, points));
    setImmediate(() => points.pass(`${name}:sent`));
    const response = await answer;
    points.pass(`${name}:headers`);
    return readWithPoints(response, name, points);
  };
}

export function addressOf(input: Parameters<Fetch>[0]): string {
  return input instanceof Request ? input.url : input.toString();
}

/** `POST chat/completions`, `GET batches/*`, `POST models/*:generateContent`. */
export function nameOf(url: string, method = 'GET'): string {
  const { pathname, search } = new URL(url);
  const path = pathname
    .replace(/^\/+/, '')
    .replace(/(^|\/)v1(beta)?\//, '$1')
    .replace(/(batches|files|models)\/[^/:]+/g, '$1/*');
  return `${method} ${path}${search.includes('upload_id') ? '?upload' : ''}`;
}

/** A body made while it is sent has a point at each of its parts. */
function withPoints(init: RequestInit | undefined, name: string, points: KillSwitch): RequestInit | undefined {
  const body: unknown = init?.body;
  if (init === undefined || typeof body !== 'object' || body === null || body instanceof Uint8Array) return init;
  if (!(Symbol.asyncIterator in body)) return init;
  return { ...init, body: parts(body as AsyncIterable<Uint8Array>, name, points) as never };
}

async function* parts(body: AsyncIterable<Uint8Array>, name: string, points: KillSwitch): AsyncGenerator<Uint8Array> {
  for await (const part of body) {
    points.pass(`${name}:chunk up`);
    yield part;
  }
}

function readWithPoints(response: Response, name: string, points: KillSwitch): Response {
  for (const method of ['text', 'arrayBuffer'] as const) {
    const read = response[method].bind(response);
    const pointed = async (): Promise<unknown> => {
      const body = await read();
      points.pass(`${name}:body`);
      return body;
    };
    Object.defineProperty(response, method, { value: pointed });
  }
  const { get } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(response), 'body') ?? {};
  let piped: ReadableStream | null | undefined;
  Object.defineProperty(response, 'body', {
    get: () => {
      const body = get?.call(response) as ReadableStream<Uint8Array> | null;
      piped ??=
        body === null ? null : ReadableStream.from(chunks(body as unknown as AsyncIterable<Uint8Array>, name, points));
      return piped;
    },
  });
  return response;
}

async function* chunks(body: AsyncIterable<Uint8Array>, name: string, points: KillSwitch): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    points.pass(`${name}:chunk down`);
    yield chunk;
  }
  points.pass(`${name}:body`);
}
