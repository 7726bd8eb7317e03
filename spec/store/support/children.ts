import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** A process of its own that has said what it has to say, and waits. */
export interface Child {
  readonly pid: number;
  /** Its first line. */
  readonly said: string;
  /** `kill -9`; resolves when it is gone. */
  kill(): Promise<void>;
  /** Lets it come to its end. */
  end(): Promise<void>;
}

export interface Children {
  /** Runs a script; `store` in it is this library's `sqliteStore`, `Database` is better-sqlite3, `path` is given. */
  start(path: string, script: string): Promise<Child>;
}

/** Called at the top of a spec; no child outlives its test. */
export function children(): Children {
  const running = new Set<ChildProcessByStdio<Writable, Readable, null>>();
  let folder: string | undefined;

  afterEach(() => {
    for (const child of running) child.kill('SIGKILL');
    running.clear();
  });
  afterAll(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  const bundle = (): string => {
    if (folder !== undefined) return join(folder, 'store.cjs');
    folder = mkdtempSync(join(tmpdir(), 'openapi-batch-child-'));
    const outfile = join(folder, 'store.cjs');
    const entry = resolve('lib/store/sqlite/sqlite-store.ts');
    execFileSync(resolve('node_modules/.bin/esbuild'), [
      entry,
      '--bundle',
      '--platform=node',
      '--format=cjs',
      '--external:better-sqlite3',
      `--outfile=${outfile}`,
      '--log-level=error',
    ]);
    return outfile;
  };

  return {
    async start(path, script) {
      const program = `
        const path = ${JSON.stringify(path)};
        const Database = require('better-sqlite3');
        const { sqliteStore: store } = require(${JSON.stringify(bundle())});
        const say = (text) => process.stdout.write(text + '\\n');
        process.stdin.resume().on('end', () => process.exit());
        ${script}`;
      const child = spawn(process.execPath, ['-e', program], { stdio: ['pipe', 'pipe', 'inherit'], cwd: resolve('.') });
      running.add(child);
      const gone = once(child, 'exit').then(() => void running.delete(child));
      const said = await Promise.race([firstLine(child.stdout), gone.then(() => 'it ended without a word')]);
      return {
        pid: child.pid ?? 0,
        said,
        kill: () => (child.kill('SIGKILL'), gone),
        end: () => (child.stdin.end(), gone),
      };
    },
  };
}

async function firstLine(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) {
    text += String(chunk);
    const end = text.indexOf('\n');
    if (end >= 0) return text.slice(0, end);
  }
  return text;
}
