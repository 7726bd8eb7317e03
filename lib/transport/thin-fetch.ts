import type * as Undici from 'undici';
import { requireModule } from '../platform/require-module.js';
import { answerHeaders } from './answer-headers.js';
import { bodySource } from './body-source.js';
import type { Answer } from './exchange.js';
import { exchange } from './exchange.js';
import { thinResponse } from './thin-response.js';

export type Fetch = typeof globalThis.fetch;

/** A fetch with its own connections. */
export interface ThinFetch {
  readonly fetch: Fetch;
  /** Closes its sockets at once, so that a process or a test server can end. Fetching again opens new ones. */
  close(): Promise<void>;
}

export interface ThinFetchOptions {
  /**
   * Most connections per host. Default: no limit. A limit wants to be about 1.5 times the requests at the same time: undici
   * frees a socket one turn of the event loop after its answer.
   */
  readonly connections?: number | undefined;
  /**
   * Longest body that is collected as text or bytes, so that a server without an end cannot fill the memory. A stream, and what
   * is left to the built-in fetch, may be of any length. Default 128 MiB: the largest answer there is, 2,048 embeddings of 3,072
   * numbers as text, is some 90 MB.
   */
  readonly maxBodyBytes?: number | undefined;
  /** The error of a longer one. Default: a `TypeError`. */
  readonly tooLong?: ((maxBodyBytes: number) => Error) | undefined;
}

const usualMaxBytes = 128 * 1024 * 1024;
const usualError = (maxBytes: number): Error => new TypeError(`the body is longer than ${String(maxBytes)} bytes`);

/**
 * A `fetch` for JSON APIs over undici, at about a third of the CPU time: no web streams unless `body` is read.
 * Keep-alive, no timeouts of its own (the caller's signal ends an attempt, down to the socket), errors as fetch has them
 * (`TypeError: fetch failed` and `terminated`, with the system's error as cause). A proxy or mock that the application has set
 * as undici's global dispatcher is used; form data, streams and redirects go to the built-in fetch.
 */
export function createThinFetch(options: ThinFetchOptions = {}): ThinFetch {
  const { connections, maxBodyBytes: maxBytes = usualMaxBytes, tooLong = usualError } = options;
  let open: { readonly agent: Undici.Agent; readonly undici: typeof Undici } | undefined;

  const connect = (): { readonly agent: Undici.Agent; readonly undici: typeof Undici } => {
    // Loaded at first use: it costs as much to load as the rest of the library.
    const undici = requireModule<typeof Undici>('undici');
    const limit = connections === undefined ? {} : { connections };
    return { undici, agent: new undici.Agent({ headersTimeout: 0, bodyTimeout: 0, ...limit }) };
  };

  const placeOf = rememberLast((url) => {
    const { origin, pathname, search } = new URL(url);
    return { origin, path: pathname + search };
  });

  const thin = async (input: Parameters<Fetch>[0], init: RequestInit = {}): Promise<Response> => {
    const { body, method = 'GET', headers, signal, redirect = 'follow' } = init;
    if (input instanceof Request || !isPlainBody(body)) return globalThis.fetch(input, init);
    const url = String(input);
    open ??= connect();
    const { agent, undici } = open;
    let answer: Answer;
    try {
      answer = await exchange(undici, chosenDispatcher() ?? agent, {
        ...placeOf(url),
        ...{ method, body: body ?? null, headers: flatHeaders(headers), signal: signal ?? undefined },
      });
    } catch (error) {
      throw failed('fetch failed', error, signal);
    }
    if (redirect === 'follow' && isRedirect(answer)) {
      if (!Buffer.isBuffer(answer.body)) answer.body.destroy();
      return globalThis.fetch(input, init);
    }
    let refusal: Error | undefined;
    const limit = { maxBytes, tooLong: () => (refusal = tooLong(maxBytes)) };
    return thinResponse({
      url,
      status: answer.status,
      headers: answerHeaders(answer.headers),
      source: bodySource(answer, limit),
      broken: (error) => (error === refusal ? error : failed('terminated', error, signal)),
    });
  };

  return {
    fetch: thin,
    async close() {
      const closing = open;
      open = undefined;
      await closing?.agent.destroy();
    },
  };
}

/** One answer is kept: nearly all requests of a job go to the same address. */
function rememberLast<T>(find: (key: string) => T): (key: string) => T {
  let last: { readonly key: string; readonly found: T } | undefined;
  return (key) => {
    if (last?.key !== key) last = { key, found: find(key) };
    return last.found;
  };
}

/** As fetch does it: an abort is its reason, anything else a TypeError with the cause. */
function failed(message: string, error: unknown, signal: AbortSignal | null | undefined): unknown {
  if (signal?.aborted === true) return signal.reason;
  return new TypeError(message, { cause: error });
}

function isPlainBody(body: unknown): body is string | Uint8Array | null | undefined {
  return body === null || body === undefined || typeof body === 'string' || body instanceof Uint8Array;
}

/** Names and values in turn, the form undici reads fastest. */
function flatHeaders(headers: RequestInit['headers']): string[] {
  const known = headers instanceof Headers ? headers : new Headers(headers);
  const flat = known.has('accept') ? [] : ['accept', '*/*'];
  known.forEach((value, name) => flat.push(name, value));
  return flat;
}

function isRedirect({ status, headers }: Answer): boolean {
  return [301, 302, 303, 307, 308].includes(status) && headers['location'] !== undefined;
}

/** Where undici and Node keep what `setGlobalDispatcher` was given. */
const globalDispatcher = Symbol.for('undici.globalDispatcher.1');

/** What the application has set there: anything but the plain agent that is there from the start. */
function chosenDispatcher(): Undici.Dispatcher | undefined {
  const dispatcher = (globalThis as { [globalDispatcher]?: Undici.Dispatcher })[globalDispatcher];
  return dispatcher?.constructor.name === 'Agent' ? undefined : dispatcher;
}
