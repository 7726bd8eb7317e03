// What tsc cannot do: mark the ESM output as ESM, give it its own idea of "where am I", and copy the worker script and the page.
import { chmodSync, copyFileSync, cpSync, writeFileSync } from 'node:fs';

writeFileSync('dist/esm/package.json', JSON.stringify({ type: 'module', sideEffects: false }));
writeFileSync('dist/esm/platform/module-location.js', 'export const moduleLocation = import.meta.url;\n');
for (const kind of ['esm', 'cjs'])
  copyFileSync('lib/callbacks/callback-worker.cjs', `dist/${kind}/callbacks/callback-worker.cjs`);
chmodSync('dist/cjs/cli/main.js', 0o755);
// The page of `serve`, as scripts/build-page.mjs has built it of samples/angular.
cpSync('assets/page', 'dist/page', { recursive: true });
