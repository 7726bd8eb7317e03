// The handler and the built page, on one port.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { createHandler, toNodeListener } from '../../../dist/esm/http/index.js';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const types = { html: 'text/html', js: 'text/javascript', css: 'text/css' };

export function servePage(client, port) {
  const handler = createHandler({
    client,
    basePath: '/api',
    authorize: ({ headers }) => headers.get('authorization') === 'Bearer e2e' && { name: 'e2e', jobs: 'all' },
  });
  const api = toNodeListener(handler);

  createServer((request, response) => {
    const path = new URL(request.url, 'http://x').pathname;
    if (path.startsWith('/api/')) return void api(request, response);
    const name = path === '/' ? 'index.html' : path.slice(1);
    readFile(`${dist}/${name.replaceAll('..', '')}`).then(
      (file) => response.setHeader('content-type', types[name.split('.').at(-1)] ?? 'text/plain').end(file),
      () => response.writeHead(404).end(),
    );
  }).listen(Number(port), '127.0.0.1', () => console.log('ready'));
}
