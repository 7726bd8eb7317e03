import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** Bundles as an application's build would, with what it brings itself left out. */
async function bundle(source: string, external: readonly string[]): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: join(__dirname, '../..'), loader: 'ts' },
    bundle: true,
    write: false,
    minify: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    external: [...external],
    logLevel: 'silent',
  });
  return outputFiles[0]!.text;
}

describe('openapi-batch/browser as a bundle', () => {
  const everything = `export * from './lib/browser/index.ts'`;

  it('reaches nothing of Node, no database, no provider and no schema library', async () => {
    const code = await bundle(everything, ['rxjs']);
    // What is not left out would have failed to resolve for a browser; what is left out stands in the code.
    const imports = [...code.matchAll(/(?:from|import|require)\s*\(?\s*"([^"]+)"/g)].map(([, name]) => name);
    expect(new Set(imports)).toEqual(new Set(['rxjs']));
    expect(code).not.toMatch(
      /node:|better-sqlite3|api\.openai\.com|generativelanguage|\bprocess\.|\bBuffer\b|ZodError/,
    );
  });

  it('is small: under 12 kB beside rxjs', async () => {
    const gzip = gzipSync(await bundle(everything, ['rxjs'])).length;
    console.info(`openapi-batch/browser: ${(gzip / 1000).toFixed(1)} kB gzip beside rxjs`);
    expect(gzip).toBeLessThan(12_000);
  });

  it('has no side effects: what is not used is left out', async () => {
    const code = await bundle(`export { ofType } from './lib/browser/index.ts'`, ['rxjs']);
    expect(code.length).toBeLessThan(500);
  });
});
