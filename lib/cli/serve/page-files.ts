import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, sep } from 'node:path';
import { packageFile } from '../../platform/package-file.js';
import { fallbackPage } from './fallback-page.js';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ico': 'image/x-icon',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
};

/** Only what comes from here runs, and it talks to nobody else; no other page may frame it. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; " +
  "connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'";

/** A folder's files by their address. Asked for by exact name, so there is no way out of the folder. */
export type PageFiles = ReadonlyMap<string, string>;

/** The built page as it is shipped, from a build or from the sources; empty where nobody has built it. */
export function shippedPage(): PageFiles {
  const folder = ['../page', '../dist/page'].map(packageFile).find((path) => existsSync(join(path, 'index.html')));
  return folder === undefined ? new Map() : filesOf(folder);
}

export function filesOf(folder: string): PageFiles {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name));
  return new Map(paths.map((path) => [path.slice(folder.length).split(sep).join('/'), path]));
}

/** Answers with a file of the page, or with a 404. */
export function pageResponse(files: PageFiles, { method, url }: Request): Response {
  const { pathname } = new URL(url);
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'Expected GET');
  const name = pathname === '/' ? '/index.html' : pathname;
  const path = files.get(name);
  if (path !== undefined) return ok(readFileSync(path), types[extname(path)] ?? 'application/octet-stream');
  if (name === '/index.html') return ok(new TextEncoder().encode(fallbackPage), types['.html'] ?? '');
  return plain(404, 'There is nothing at this address');
}

function ok(body: Uint8Array, type: string): Response {
  return new Response(new Uint8Array(body), { headers: { ...headers, 'content-type': type } });
}

function plain(status: number, text: string): Response {
  return new Response(text, { status, headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' } });
}

const headers = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-cache',
} as const;
