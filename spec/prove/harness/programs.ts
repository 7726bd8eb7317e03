import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const root = join(__dirname, '../../..');
/** Found at run time: native code, and the SDKs as a user has them. */
const external = ['better-sqlite3', 'openai', '@google/genai', 'undici', 'piscina'];

/** The programs of a proof, as files that Node starts quickly. */
export interface Programs {
  /** The file of `programs/<name>.ts`. */
  path(name: string): string;
  remove(): void;
}

/** Each program in one file, with `lib/` as it is now: what is changed while a proof runs does not change the proof. */
export function compilePrograms(names: readonly string[]): Programs {
  // Below the package, so that its dependencies are found.
  const cache = join(root, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const outdir = mkdtempSync(join(cache, 'openapi-batch-prove-'));
  buildSync({
    entryPoints: names.map((name) => join(__dirname, '../programs', `${name}.ts`)),
    outdir,
    outExtension: { '.js': '.cjs' },
    ...{ bundle: true, platform: 'node', target: 'node20', format: 'cjs', external, logLevel: 'error' },
  });
  return {
    path: (name) => join(outdir, `${name}.cjs`),
    remove: () => rmSync(outdir, { recursive: true, force: true }),
  };
}
