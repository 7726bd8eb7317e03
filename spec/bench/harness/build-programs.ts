import { build } from 'esbuild';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../../..');
const sources = join(__dirname, '../programs');
/** Beside the packages, so that the programs find them; nothing here is published. */
const outdir = join(root, 'node_modules/.cache/openapi-batch-bench');

/** Where a program is found by its name. */
export type Programs = (name: string) => string;

/**
 * Turns `programs/*.ts` into plain ES modules: a TypeScript loader in a measured process would be measured with it. The
 * library stays what it is, the built `dist`.
 */
export async function buildPrograms(): Promise<Programs> {
  const entryPoints = readdirSync(sources)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(sources, name));
  await build({
    entryPoints,
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    alias: { 'openapi-batch': join(root, 'dist/esm/index.js') },
    external: [join(root, 'dist/*')],
    logLevel: 'warning',
  });
  return (name) => join(outdir, `${name}.mjs`);
}
