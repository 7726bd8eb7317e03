import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';

/** Bundles the library once, so that a process of its own starts in a fraction of a second. */
export function bundleLibrary(folder: string): string {
  const outfile = join(folder, 'library.cjs');
  const external = ['better-sqlite3', 'openai', '@google/genai', 'piscina'].map((name) => `--external:${name}`);
  const args = [resolve('lib/index.ts'), '--bundle', '--platform=node', '--format=cjs', `--outfile=${outfile}`];
  execFileSync(resolve('node_modules/.bin/esbuild'), [...args, ...external, '--log-level=error']);
  return outfile;
}

export interface ChildJob {
  readonly library: string;
  readonly db: string;
  readonly baseURL: string;
  readonly count: number;
  readonly options: object;
}

/** Runs a job in a process of its own; kills it after a while, if told to. Says whether it came to its end. */
export async function runChild(
  { library, db, baseURL, count, options }: ChildJob,
  killAfterMs?: number,
): Promise<boolean> {
  const script = `
    const { BatchClient, openai } = require(${JSON.stringify(library)});
    const provider = openai({ apiKey: 'any', baseURL: ${JSON.stringify(baseURL)} });
    const client = new BatchClient({ db: ${JSON.stringify(db)}, provider, defaultModel: 'gpt-4o-mini', durability: 'normal', log: false });
    const items = Array.from({ length: ${count} }, (_, n) => ({ itemId: 'item ' + n, input: { prompt: 'say ' + n } }));
    process.stdout.write('up\\n');
    client.map({ jobId: 'job', mode: 'native', items, ...${JSON.stringify(options)} }).subscribe({
      error: (error) => { process.stderr.write(error.code + ' ' + error.message); process.exitCode = 1; },
      complete: () => client.close(),
    });
  `;
  const cwd = resolve('.');
  const child = spawn(process.execPath, ['-e', script], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => (complaint += text.toString()));
  const exit = once(child, 'exit') as Promise<[number | null]>;
  if (killAfterMs !== undefined) {
    await Promise.race([once(child.stdout, 'data'), exit]);
    setTimeout(() => child.kill('SIGKILL'), killAfterMs).unref();
  }
  const [code] = await exit;
  if (code !== null && code !== 0) throw new Error(`The child ended with ${code}: ${complaint}`);
  return code === 0;
}
