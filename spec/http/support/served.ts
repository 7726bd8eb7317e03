import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHandler, toNodeListener, type HandlerOptions } from '../../../lib/http/index.js';
import { localEcho, type BatchEvent } from '../../../lib/index.js';
import { item, testClients } from '../../support/clients';

export interface Served {
  readonly url: string;
  close(): Promise<void>;
}

/** A listener on a free port of this machine. */
export async function listen(listener: RequestListener): Promise<Served & { readonly server: Server }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    server,
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Servers over the clients of a spec, closed before them. */
export function testServers() {
  const open: Served[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((served) => served.close()));
  });
  // Registered later, run earlier: hooks after each test run in the order they were made in jest-circus.
  const clients = testClients();
  return {
    clients,
    /** A handler for everybody, on node:http, unless told otherwise. */
    async serve(options: Partial<HandlerOptions> = {}) {
      const client = options.client ?? clients.open({ provider: localEcho({ latencyMs: [0, 1] }) });
      const errors: unknown[] = [];
      const handler = createHandler({
        client,
        authorize: () => ({ name: 'everybody', jobs: 'all' }),
        onError: (error) => errors.push(error),
        ...options,
      });
      const served = await listen((request, response) => void toNodeListener(handler)(request, response));
      open.push(served);
      return { ...served, client, handler, errors };
    },
    async listen(listener: RequestListener) {
      const served = await listen(listener);
      open.push(served);
      return served;
    },
  };
}

export const ndjson = (values: Iterable<unknown>): string =>
  Array.from(values, (value) => `${JSON.stringify(value)}\n`).join('');

/** Starts a job over HTTP. */
export function post(url: string, lines: readonly unknown[], headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', ...headers },
    body: ndjson(lines),
  });
}

export const items = (count: number) => Array.from({ length: count }, (_, n) => item(`i${n}`));

export interface Message {
  readonly id?: string;
  readonly event?: string;
  readonly data: string;
}

/** Messages of an event stream as they come; comments are left out. */
export async function* messages(response: Response): AsyncGenerator<Message> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    rest += decoder.decode(chunk, { stream: true });
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = Object.fromEntries(
        block.split('\n').flatMap((line) => {
          const [, name = '', value = ''] = /^(\w+): (.*)$/s.exec(line) ?? [];
          return name === '' ? [] : [[name, value]];
        }),
      );
      if (fields['data'] !== undefined) yield fields as unknown as Message;
    }
  }
}

export const eventOf = ({ data }: Message): BatchEvent => JSON.parse(data) as BatchEvent;
