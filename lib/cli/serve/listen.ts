import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toNodeListener, type Handler } from '../../http/index.js';
import { errorCode } from '../../core/error-code.js';
import { CommandFailure } from '../failure.js';

export interface Listening {
  readonly port: number;
  /** Hangs up on everybody. */
  close(): Promise<void>;
}

/** Starts to listen, or says in one sentence why that cannot be. */
export async function listen(handler: Handler, host: string, port: number): Promise<Listening> {
  const listener = toNodeListener(handler);
  const server = createServer((request, response) => void listener(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(refusal(error, host, port)));
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function refusal(error: Error, host: string, port: number): CommandFailure {
  const place = `${host}:${String(port)}`;
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return new CommandFailure(`${place} is taken; choose another port with --port, or any free one with --port 0`);
    case 'EACCES':
      return new CommandFailure(`listening on ${place} is not permitted; choose a port above 1023 with --port`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new CommandFailure(
        `${JSON.stringify(host)} is no address of this machine; leave --host out for 127.0.0.1`,
      );
    default:
      return new CommandFailure(`cannot listen on ${place}: ${error.message}`, 3, { cause: error });
  }
}
