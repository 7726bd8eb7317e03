import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream/promises';
import type { Route } from './api.js';

export interface FoundRoute {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

export function findRoute(routes: readonly Route[], method: string, url: URL): FoundRoute | undefined {
  for (const route of routes) {
    const match = route.method === method ? route.pattern.exec(url.pathname) : null;
    if (!match || (route.query !== undefined && !url.searchParams.has(route.query))) continue;
    const groups = Object.entries(match.groups ?? {}).map(
      ([name, value]) => [name, decodeURIComponent(value)] as const,
    );
    return { route, params: Object.fromEntries(groups) };
  }
  return undefined;
}

export async function readText(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
/** Undefined where the text is no JSON. */
export function parseJson(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Reads a body to its end and forgets it. */
export async function drain(incoming: IncomingMessage): Promise<void> {
  incoming.resume();
  await finished(incoming);
}
