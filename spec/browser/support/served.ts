import { BatchClient } from '../../../lib/client/batch-client.js';
import { RemoteBatchClient, type RemoteBatchClientOptions } from '../../../lib/browser/index.js';
import { createHandler, type Handler } from '../../../lib/http/index.js';
import { localEcho, type LocalEchoOptions } from '../../../lib/provider/echo/local-echo.js';

/** A handler and a client that reaches it without a socket: `fetch` is the handler, and connections can be cut. */
export class Served {
  readonly local: BatchClient;
  readonly requests: string[] = [];
  readonly tokens = new Set(['secret']);
  #handler: Handler;
  #cuts = new Set<() => void>();
  #down = false;

  constructor(echo: LocalEchoOptions = {}) {
    this.local = new BatchClient({
      db: ':memory:',
      provider: localEcho(echo),
      progressIntervalMs: 5,
      backoffBaseMs: 1,
    });
    this.#handler = createHandler({
      client: this.local,
      authorize: ({ headers }) =>
        this.tokens.has(headers.get('authorization')?.slice(7) ?? '') && { name: 'me', jobs: 'all' },
    });
  }

  remote(options: Partial<RemoteBatchClientOptions> = {}): RemoteBatchClient {
    return new RemoteBatchClient({
      baseURL: 'http://localhost/',
      token: 'secret',
      fetch: this.#fetch,
      backoffBaseMs: 1,
      backoffMaxMs: 20,
      ...options,
    });
  }

  /** Every connection breaks; with `down`, no new one is taken until `up()`. */
  cut({ down = false } = {}): void {
    this.#down = down;
    for (const cut of [...this.#cuts]) cut();
  }

  up(): void {
    this.#down = false;
  }

  readonly #fetch: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    this.requests.push(`${request.method} ${request.url.slice('http://localhost'.length)}`);
    if (this.#down) throw new TypeError('Failed to fetch');
    const response = await this.#handler(request);
    if (response.body === null) return response;
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const broken = new AbortController();
    const cut = (): void => broken.abort(new TypeError('network error'));
    this.#cuts.add(cut);
    void response.body
      .pipeTo(writable, { signal: AbortSignal.any([broken.signal, request.signal]) })
      .catch(() => undefined)
      .finally(() => this.#cuts.delete(cut));
    return new Response(readable, response);
  };
}
