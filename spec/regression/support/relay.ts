import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RelayRules {
  /** The path asked for, as it is passed on. */
  readonly path?: (path: string) => string;
  /** The text of an answer, as it is handed back. */
  readonly text?: (body: string, path: string) => string;
  /** Written behind the answer to these calls, chunk by chunk. */
  readonly more?: (path: string) => Iterable<string | Uint8Array> | undefined;
}

export interface Relay extends AsyncDisposable {
  readonly url: string;
  /** Paths as they were asked for. */
  readonly paths: readonly string[];
}

/** Stands between a client and a fake server and changes what passes. */
export async function relay(origin: string, rules: RelayRules): Promise<Relay> {
  const paths: string[] = [];
  const pass = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asked = incoming.url ?? '/';
    paths.push(asked);
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const own = ['host', 'connection', 'content-length', 'transfer-encoding', 'expect'];
    const headers = Object.fromEntries(Object.entries(incoming.headers).filter(([name]) => !own.includes(name)));
    const answer = await fetch(origin + (rules.path?.(asked) ?? asked), {
      method: incoming.method ?? 'GET',
      headers: headers as Record<string, string>,
      ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
    });
    const text = (await answer.text()).replaceAll(origin, url);
    const kept = Object.fromEntries(
      [...answer.headers].filter(([name]) => name !== 'content-length' && name !== 'transfer-encoding'),
    );
    const upload = kept['x-goog-upload-url'];
    if (upload !== undefined) kept['x-goog-upload-url'] = upload.replace(origin, url);
    response.writeHead(answer.status, kept);
    response.write(rules.text?.(text, asked) ?? text);
    for (const piece of rules.more?.(asked) ?? [])
      if (!response.write(piece)) await new Promise((resolve) => response.once('drain', resolve));
    response.end();
  };
  const server = createServer((incoming, response) => {
    pass(incoming, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    paths,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
