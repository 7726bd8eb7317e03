import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { messageOf } from '../../core/errors.js';

/** An HTTP server on 127.0.0.1 that knows its connections, so that it can end them all. */
export class Listener {
  readonly #http: Server;
  readonly #sockets = new Set<Socket>();

  constructor(handle: (incoming: IncomingMessage, response: ServerResponse) => Promise<void>) {
    this.#http = createServer((incoming, response) => {
      handle(incoming, response).catch((error: unknown) => {
        // A client that leaves in mid-request is no error of the server.
        if (response.headersSent || response.destroyed || incoming.destroyed) response.destroy();
        else response.writeHead(500).end(`The fake server itself failed: ${messageOf(error)}`);
      });
    });
    // Idle connections stay: a server that drops them would add failures nobody planned.
    this.#http.keepAliveTimeout = 0;
    this.#http.requestTimeout = 0;
    this.#http.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  /** @param port 0 for any free one; rejects with `EADDRINUSE` where it is taken */
  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(port, '127.0.0.1', resolve);
    });
  }

  /** Ends every connection, also in mid-answer. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#http.close(() => {
        resolve();
      });
      for (const socket of this.#sockets) socket.destroy();
    });
  }
}
