import { createHandler, type Handler } from '../../http/index.js';
import type { BatchClientOptions } from '../../options/client-options.js';
import type { ServeCommand } from '../command.js';
import type { CliIo } from '../io.js';
import { databasePath, existingDatabase } from '../open-client.js';
import { writeJson } from '../report.js';
import { carriesToken, newToken } from '../serve/access-token.js';
import { listen } from '../serve/listen.js';
import { openBrowser } from '../serve/open-browser.js';
import { pageResponse, shippedPage } from '../serve/page-files.js';
import { ServingClient } from '../serve/serving-client.js';
import { say } from '../printable.js';

const loopback = ['localhost', '127.0.0.1', '::1'];
const everywhere = ['0.0.0.0', '::'];

/** `serve`: a page and an API over the jobs of a database, until a signal ends it. Jobs it was asked to run are paused then. */
export async function serve(command: ServeCommand, io: CliIo): Promise<number> {
  const { host, port } = command;
  const start = startOptions(command);
  const db = start === undefined ? existingDatabase(command.db, io) : databasePath(command.db, io);
  const { BatchClient } = await import('../../client/batch-client.js');
  const client = new ServingClient({ open: (options) => new BatchClient(options), db, start });
  try {
    const token = newToken();
    const page = shippedPage();
    const jobs = createHandler({
      client,
      basePath: '/api',
      // What everybody may address has only its token to protect it; that is enough against other people's pages.
      allowedHosts: everywhere.includes(host) ? 'any' : [...loopback, host],
      authorize: (request) => (carriesToken(request, token) ? { name: 'local', jobs: 'all' } : null),
      onError: (error) => say(io.stderr, `openapi-batch: ${String(error)}`),
    });
    const handler: Handler = (request) =>
      /^\/api(\/|$)/.test(new URL(request.url).pathname) ? jobs(request) : Promise.resolve(pageResponse(page, request));
    const server = await listen(handler, host, port);
    const ended = signalled(io, (second) => {
      if (second) void client.close({ drainMs: 0 });
    });
    announce(command, io, addressOf(host, server.port), token, db);
    await ended.first;
    await server.close();
    await client.close();
    ended.stop();
    return 0;
  } finally {
    await client.close();
  }
}

function startOptions({ provider, model, baseURL }: ServeCommand): BatchClientOptions | undefined {
  if (provider === undefined) return undefined;
  return { provider, defaultModel: model, baseURL };
}

function addressOf(host: string, port: number): string {
  const name = everywhere.includes(host) ? 'localhost' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${String(port)}/`;
}

/** The token stands behind the `#`: browsers keep that to themselves. */
function announce({ host, open, json }: ServeCommand, io: CliIo, address: string, token: string, db: string): void {
  const url = `${address}#token=${token}`;
  if (json) writeJson(io.stdout, { type: 'listening', url, api: `${address}api`, token });
  else {
    io.stderr.write(`jobs of ${db}; whoever has this address may see and change them. Ctrl-C ends it.\n`);
    io.stdout.write(`${url}\n`);
  }
  if (!loopback.includes(host))
    io.stderr.write('other machines can reach it, and what goes over the network is not encrypted\n');
  if (open) openBrowser(url);
}

/** Resolves at the first signal; tells of a second one, for those out of patience. */
function signalled(io: CliIo, onSignal: (second: boolean) => void): { first: Promise<void>; stop: () => void } {
  let count = 0;
  let stop = (): void => undefined;
  const first = new Promise<void>((resolve) => {
    stop = io.onSignal(() => {
      onSignal(++count > 1);
      resolve();
    });
  });
  return { first, stop };
}
