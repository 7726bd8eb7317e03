import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A model behind HTTP that writes down every request it was sent: what a kill repeats is paid for twice. */
export class LedgerServer {
  /** Ids in the order of their requests. */
  readonly requests: string[] = [];
  /** Items answered with a 400. */
  readonly bad = new Set<string>();
  /** While set, requests are taken and not answered. */
  silent = false;
  readonly #server: Server;
  readonly #watchers = new Set<() => void>();

  constructor(private readonly latencyMs: () => number) {
    this.#server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        const { itemId } = JSON.parse(body) as { itemId: string };
        this.requests.push(itemId);
        this.#watchers.forEach((watcher) => watcher());
        if (this.silent) return;
        setTimeout(() => {
          response.statusCode = this.bad.has(itemId) ? 400 : 200;
          response.end(JSON.stringify({ said: itemId }));
        }, this.latencyMs());
      });
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}/`;
  }

  /** Resolves with the ledger's length when there have been this many requests. */
  reached(count: number): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.requests.length < count) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
