import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { buildSync } from 'esbuild';

const root = join(__dirname, '../..');

/** A program in a process of its own. */
export interface Child {
  readonly pid: number;
  /** Lines it has printed so far. */
  readonly lines: readonly string[];
  /** What it wrote to stderr so far. */
  readonly stderr: string;
  /** The first line, now or later, that begins like this; rejects when the program ends without it. */
  line(start: string): Promise<string>;
  /** Its exit code, or the signal that ended it. */
  readonly gone: Promise<number | NodeJS.Signals>;
  kill(signal?: NodeJS.Signals): void;
}

/**
 * Programs written in TypeScript beside the specs, compiled together with `lib/` as it is now: no build is needed, and a
 * process starts in a fraction of a second. Called at the top of a spec; no child outlives its test.
 */
export function childPrograms(): { start(program: string, argument: unknown, env?: NodeJS.ProcessEnv): Child } {
  const compiled = new Map<string, string>();
  const running = new Set<ChildProcessByStdio<null, Readable, Readable>>();
  let folder: string | undefined;

  afterEach(() => {
    for (const child of running) child.kill('SIGKILL');
  });
  afterAll(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  const compile = (program: string): string => {
    const known = compiled.get(program);
    if (known !== undefined) return known;
    if (folder === undefined) {
      // Below the package, so that its dependencies are found.
      const cache = join(root, 'node_modules', '.cache');
      mkdirSync(cache, { recursive: true });
      folder = mkdtempSync(join(cache, 'spec-programs-'));
    }
    const outfile = join(folder, `${String(compiled.size)}.cjs`);
    buildSync({
      entryPoints: [join(root, 'spec', program)],
      outfile,
      bundle: true,
      packages: 'external',
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      logLevel: 'error',
    });
    compiled.set(program, outfile);
    return outfile;
  };

  return {
    start(program, argument, env = {}) {
      const child = spawn(process.execPath, [compile(program), JSON.stringify(argument)], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, ...env },
      });
      running.add(child);
      const lines: string[] = [];
      const listeners = new Set<() => void>();
      let stderr = '';
      let over = false;
      const tell = (): void => listeners.forEach((listener) => listener());
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      createInterface(child.stdout).on('line', (line) => {
        lines.push(line);
        tell();
      });
      const gone = new Promise<number | NodeJS.Signals>((resolve) => {
        child.on('close', (code, signal) => {
          over = true;
          running.delete(child);
          tell();
          resolve(code ?? signal ?? 'SIGKILL');
        });
      });
      return {
        pid: child.pid ?? 0,
        lines,
        gone,
        get stderr() {
          return stderr;
        },
        line: (start) =>
          new Promise((resolve, reject) => {
            const look = (): void => {
              const found = lines.find((line) => line.startsWith(start));
              if (found === undefined && !over) return;
              listeners.delete(look);
              if (found === undefined) reject(new Error(`no line "${start}..." in: ${lines.join(' | ')}\n${stderr}`));
              else resolve(found);
            };
            listeners.add(look);
            look();
          }),
        kill: (signal = 'SIGKILL') => void child.kill(signal),
      };
    },
  };
}
