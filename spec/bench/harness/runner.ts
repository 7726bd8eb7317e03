import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Programs } from './build-programs.js';
import { medians, type Figures } from './medians.js';
import { repeats } from './scale.js';

/** A program of `programs/`, what it is told, and a folder of its own unless one is named. */
export interface Run {
  readonly program: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly folder?: string;
}

export interface Runner {
  /** What one process measured. */
  once(run: Run): Promise<Figures>;
  /** Each run in turn, round after round; the median of every figure. */
  interleaved<K extends string>(runs: Readonly<Record<K, Run>>): Promise<Record<K, Figures>>;
  /** Keeps a process for as long as `work` takes; `work` gets what it said first. */
  during<R>(run: Run, work: (said: Figures) => Promise<R>): Promise<R>;
  /** A folder for as long as `work` takes. */
  withFolder<R>(work: (folder: string) => Promise<R>): Promise<R>;
}

export function runner(programs: Programs): Runner {
  const during = <R>({ program, options = {}, folder }: Run, work: (said: Figures) => Promise<R>): Promise<R> => {
    if (folder === undefined) return withFolder((own) => during({ program, options, folder: own }, work));
    const child = fork(programs(program), [JSON.stringify({ ...options, folder })], { execArgv: profiling() });
    const closed = new Promise((resolve) => child.once('close', resolve));
    return said(child, program)
      .then(work)
      .finally(async () => {
        if (child.exitCode === null && options['stays'] === true) child.kill();
        await closed;
      });
  };
  const once = (run: Run): Promise<Figures> => during(run, (figures) => Promise.resolve(figures));

  return {
    once,
    during,
    withFolder,
    async interleaved<K extends string>(runs: Readonly<Record<K, Run>>) {
      const names = Object.keys(runs) as K[];
      const measured = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<K, Figures[]>;
      for (let round = 0; round < repeats; round++) {
        for (const name of names) measured[name].push(await once(runs[name]));
      }
      return Object.fromEntries(names.map((name) => [name, medians(measured[name])])) as Record<K, Figures>;
    },
  };
}

async function withFolder<R>(work: (folder: string) => Promise<R>): Promise<R> {
  const folder = mkdtempSync(join(tmpdir(), 'openapi-batch-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `OPENAPI_BATCH_BENCH_PROFILE` names a folder for CPU profiles. */
function profiling(): string[] {
  const folder = process.env['OPENAPI_BATCH_BENCH_PROFILE'];
  return folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`];
}

function said(child: ChildProcess, program: string): Promise<Figures> {
  return new Promise((resolve, reject) => {
    child.once('message', (figures) => resolve(figures as Figures));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${program} ended with ${String(code)} and measured nothing`)));
  });
}
