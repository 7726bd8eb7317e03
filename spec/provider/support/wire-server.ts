import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  readonly json: unknown;
}

export type Handler = (response: ServerResponse, request: SeenRequest) => void;

/** A server whose every answer is a function, down to the socket. */
export interface WireServer {
  readonly url: string;
  readonly seen: SeenRequest[];
  /** How many connections were closed while their answer was not finished. */
  aborted: number;
  handle: Handler;
  close(): Promise<void>;
}

export async function startWireServer(handle: Handler = (response) => json(response, 200, {})): Promise<WireServer> {
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.on('close', () => {
      if (!response.writableFinished) wire.aborted++;
    });
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const text = Buffer.concat(chunks).toString();
    const entry = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      text,
      json: parse(text),
    };
    wire.seen.push(entry);
    wire.handle(response, entry);
  };
  const server = createServer((request, response) => void receive(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const wire: WireServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: [],
    aborted: 0,
    handle,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return wire;
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  raw(response, status, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
}

export function raw(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-length': String(Buffer.byteLength(body)), ...headers });
  response.end(body);
}

/** JSON's whitespace, for ever. */
export function endless(response: ServerResponse, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  const chunk = Buffer.alloc(64 * 1024, 0x20);
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
}

/** Headers and the first half of a body, then the connection is reset. */
export function cutBody(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"id":"half');
  setTimeout(() => response.socket?.resetAndDestroy(), 20);
}

export function resetAtOnce(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

/** Resolves when `check` is true; rejects after `limitMs`. */
export async function until(check: () => boolean, limitMs = 2_000): Promise<void> {
  const end = Date.now() + limitMs;
  while (!check()) {
    if (Date.now() > end) throw new Error('it did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
