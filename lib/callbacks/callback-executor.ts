import { defer, timeout, type Observable, type SchedulerLike } from 'rxjs';
import { settle } from '../job/item-feed.js';
import type { Callbacks } from '../options/map-options.js';
import { threadExecutor } from './thread-executor.js';

export type CallbackName = 'onProgress' | 'onItem' | 'onComplete';

/** Where callbacks run. */
export interface CallbackExecutorPort {
  /** Calls of `onItem` at the same time. */
  readonly concurrency: number;
  has(name: CallbackName): boolean;
  /**
   * Completes when the call is over, errors with what it threw. `local` are the arguments for this thread, `plain` those
   * that can be sent to another.
   */
  call(name: CallbackName, local: readonly unknown[], plain: readonly unknown[]): Observable<never>;
  close(): Promise<void>;
}

/** The executor a job asked for, or undefined where it has no callbacks. */
export function callbackExecutor(callbacks: Callbacks, scheduler: SchedulerLike): CallbackExecutorPort | undefined {
  const {
    callbackExecutor: kind = 'inline',
    callbackWorkers: workers = 8,
    callbackTimeoutMs: timeoutMs = 60_000,
  } = callbacks;
  const { callbackModule: module, onProgress, onItem, onComplete } = callbacks;
  if (module !== undefined) return threadExecutor({ module, workers, timeoutMs, scheduler });
  const named: Readonly<Record<CallbackName, ((...args: never[]) => unknown) | undefined>> = {
    onProgress,
    onItem,
    onComplete,
  };
  if (Object.values(named).every((callback) => callback === undefined)) return undefined;
  return {
    concurrency: kind === 'async' ? workers : 1,
    has: (name) => named[name] !== undefined,
    call: (name, local) =>
      defer(() => settle(named[name]?.(...(local as never[])))).pipe(timeout({ each: timeoutMs, scheduler })),
    close: () => Promise.resolve(),
  };
}
