import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A program in a process of its own. */
export interface Child {
  readonly pid: number;
  /** Lines it has printed so far. */
  readonly lines: readonly string[];
  readonly stderr: () => string;
  /** Its exit code, or the signal that ended it; after its last line. */
  readonly gone: Promise<number | NodeJS.Signals>;
  /** Resolves at the first line, now or later, that begins like this; undefined when it ended without one. */
  line(start: string): Promise<string | undefined>;
  /** Default SIGKILL. */
  kill(signal?: NodeJS.Signals): void;
}

/** Starts a compiled program with a task. It does not outlive this process, whose exit by a signal is seen to by `exitOnSignals`. */
export function startChild(file: string, task: unknown): Child {
  const child = spawn(process.execPath, [file, JSON.stringify(task)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const reap = (): void => void child.kill('SIGKILL');
  process.once('exit', reap);
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  let stderr = '';
  let over = false;
  const look = (): void => [...waiting].forEach((one) => one());
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line);
    look();
  });
  const gone = new Promise<number | NodeJS.Signals>((resolve) => {
    child.on('close', (code, signal) => {
      over = true;
      process.off('exit', reap);
      look();
      resolve(code ?? signal ?? 'SIGKILL');
    });
  });
  return {
    pid: child.pid ?? 0,
    lines,
    gone,
    stderr: () => stderr,
    line: (start) =>
      new Promise((resolve) => {
        const check = (): void => {
          const found = lines.find((line) => line.startsWith(start));
          if (found === undefined && !over) return;
          waiting.delete(check);
          resolve(found);
        };
        waiting.add(check);
        check();
      }),
    kill: (signal = 'SIGKILL') => void child.kill(signal),
  };
}

/** By itself a process ends at a signal without its `exit` event. */
export function exitOnSignals(): void {
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
}
