import type * as Undici from 'undici';
import { requireModule } from '../platform/require-module.js';
import { answerHeaders } from './answer-headers.js';
import { bodySource } from './body-source.js';
import { builtInAnswer } from './built-in-fetch.js';
import type { Answer } from './exchange.js';
import { exchange } from './exchange.js';
import type { RedirectRules } from './follow-redirects.js';
import { followRedirects } from './follow-redirects.js';
import type { Sent } from './redirects.js';
import { flatHeaders, isPlainBody, unpacked } from './request-parts.js';
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
   * Longest body that is collected as text or bytes, so that a server without an end cannot fill the memory. A stream may be of
   * any length. Default 128 MiB: the largest answer there is, 2,048 embeddings of 3,072 numbers as text, is some 90 MB.
   */
  readonly maxBodyBytes?: number | undefined;
  /** The error of a longer one. Default: a `TypeError`. */
  readonly tooLong?: ((maxBodyBytes: number) => Error) | undefined;
  /** Default: nothing is a file, and the error a `TypeError`. */
  readonly redirects?: RedirectRules | undefined;
}

const usualMaxBytes = 128 * 1024 * 1024;
const usualTooLong = (maxBytes: number): Error => new TypeError(`the body is longer than ${String(maxBytes)} bytes`);
const usualRedirects: RedirectRules = {
  isFile: () => false,
  astray: (from, to) => new TypeError(`the redirect from ${from} to ${to} is not followed`),
};

/**
 * A `fetch` for JSON APIs over undici, at about a third of the CPU time: no web streams unless `body` is read.
 * Keep-alive, no timeouts of its own (the caller's signal ends an attempt, down to the socket), errors as fetch has them
 * (`TypeError: fetch failed` and `terminated`, with the system's error as cause). A proxy or mock that the application has set
 * as undici's global dispatcher is used; form data and streams are sent by the built-in fetch. Redirects are followed within the
 * origin.
 */
export function createThinFetch(options: ThinFetchOptions = {}): ThinFetch {
  const { connections, maxBodyBytes: maxBytes = usualMaxBytes, tooLong = usualTooLong } = options;
  const { redirects = usualRedirects } = options;
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

  const send = async (sent: Sent, init: RequestInit): Promise<Answer> => {
    const { url, method, headers, body } = sent;
    const { signal } = init;
    if (!isPlainBody(body)) return builtInAnswer(url, { ...init, method, ...(headers && { headers }), body });
    open ??= connect();
    const { agent, undici } = open;
    try {
      return await exchange(undici, chosenDispatcher() ?? agent, {
        ...placeOf(url),
        ...{ method, body: body ?? null, headers: flatHeaders(headers), signal: signal ?? undefined },
      });
    } catch (error) {
      throw failed('fetch failed', error, signal);
    }
  };

  const thin = async (input: Parameters<Fetch>[0], given: RequestInit = {}): Promise<Response> => {
    const init = input instanceof Request ? { ...unpacked(input), ...given } : given;
    const { method = 'GET', headers, body = null, signal } = init;
    const url = input instanceof Request ? input.url : String(input);
    const asked: Sent = { url, method: method.toUpperCase(), headers, body };
    // Also where `redirect` is `manual`: openai 7 asks for that on Azure, so that no other host gets the key.
    const { sent, answer } = await followRedirects(asked, (next) => send(next, init), redirects);
    let refusal: Error | undefined;
    const limit = { maxBytes, tooLong: () => (refusal = tooLong(maxBytes)) };
    return thinResponse({
      url: sent.url,
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

/** Where undici and Node keep what `setGlobalDispatcher` was given. */
const globalDispatcher = Symbol.for('undici.globalDispatcher.1');

/** What the application has set there: anything but the plain agent that is there from the start. */
function chosenDispatcher(): Undici.Dispatcher | undefined {
  const dispatcher = (globalThis as { [globalDispatcher]?: Undici.Dispatcher })[globalDispatcher];
  return dispatcher?.constructor.name === 'Agent' ? undefined : dispatcher;
}
