import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buildSync } from 'esbuild';
import type { Outcome } from './test-io.js';

const root = join(__dirname, '../../..');

export interface ChildCli {
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  readonly outcome: Promise<Outcome & { readonly signal: NodeJS.Signals | null }>;
}

/** The command line as a program of its own, compiled from this very source: within the package, so that it finds it. */
export class CompiledCli {
  readonly #folder = join(root, 'dist', `spec-cli-${String(process.pid)}`);
  readonly main = join(this.#folder, 'cli', 'main.js');

  constructor() {
    const sources = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    );
    buildSync({
      entryPoints: sources.map((file) => join(root, 'lib', file)),
      outdir: this.#folder,
      format: 'cjs',
      platform: 'node',
      target: 'node20',
      logLevel: 'error',
    });
  }

  start(argv: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): ChildCli {
    const child = spawn(process.execPath, [this.main, ...argv], {
      cwd,
      env: { PATH: process.env['PATH'], OPENAI_API_KEY: 'sk-test', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return { process: child, outcome: outcomeOf(child) };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function outcomeOf(child: ChildProcessByStdio<null, Readable, Readable>) {
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return await new Promise<Outcome & { signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code: code ?? -1, signal, stdout, stderr }));
  });
}
