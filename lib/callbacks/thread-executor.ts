import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defer, finalize, from, ignoreElements, timeout, type SchedulerLike } from 'rxjs';
import type { Piscina } from 'piscina';
import { packageFile } from '../platform/package-file.js';
import { requireModule } from '../platform/require-module.js';
import type { CallbackExecutorPort } from './callback-executor.js';

export interface ThreadExecutorOptions {
  /** Exports `onProgress`, `onItem` and `onComplete`, as many of them as are wanted. */
  readonly module: string | URL;
  readonly workers: number;
  readonly timeoutMs: number;
  readonly scheduler: SchedulerLike;
}

/** Callbacks in worker threads: a pool of them, kept only while there is work. */
export function threadExecutor({ module, workers, timeoutMs, scheduler }: ThreadExecutorOptions): CallbackExecutorPort {
  const { Piscina } = requireModule<{ readonly Piscina: new (options: object) => Piscina }>('piscina');
  const pool = new Piscina({
    filename: packageFile('callbacks/callback-worker.cjs'),
    minThreads: 0,
    maxThreads: workers,
    idleTimeout: 1_000,
    workerData: { module: moduleUrl(module) },
  });
  return {
    // One waiting for each at work, so that no thread runs dry.
    concurrency: workers * 2,
    has: () => true,
    call: (name, _local, plain) =>
      defer(() => {
        const given = new AbortController();
        const called = pool.run({ name, args: plain }, { signal: given.signal }) as Promise<unknown>;
        // Given up for its time: the thread is ended with it, and the pool makes another.
        return from(called).pipe(
          timeout({ each: timeoutMs, scheduler }),
          ignoreElements(),
          finalize(() => given.abort()),
        );
      }),
    close: () => pool.destroy(),
  };
}

function moduleUrl(module: string | URL): string {
  if (module instanceof URL) return module.href;
  if (/^[a-z]+:\/\//i.test(module)) return module;
  return pathToFileURL(isAbsolute(module) ? module : resolve(module)).href;
}
