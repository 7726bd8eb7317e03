import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { OptionsError } from '../core/errors.js';
import type { Callbacks } from '../options/map-options.js';

export function hasCallbacks(options: Callbacks): boolean {
  return [options.onProgress, options.onItem, options.onComplete, options.callbackModule].some(
    (value) => value !== undefined,
  );
}

/** Throws an `OptionsError` where functions and a module are mixed, or the module is not there. */
export function checkCallbacks<T>(callbacks: Callbacks<T>, call: string): Callbacks {
  const { callbackExecutor, callbackModule, onProgress, onItem, onComplete } = callbacks;
  if (callbackExecutor === 'thread' && callbackModule === undefined) {
    throw new OptionsError(
      `${call}: callbackExecutor "thread" needs "callbackModule", the URL of a module that exports onItem, onProgress or onComplete; a function cannot be sent to another thread`,
    );
  }
  // What the results are is between the caller and the callbacks.
  if (callbackModule === undefined) return callbacks as Callbacks;
  if (callbackExecutor !== 'thread')
    throw new OptionsError(`${call}: "callbackModule" is for callbackExecutor "thread"; give functions otherwise`);
  if ([onProgress, onItem, onComplete].some((value) => value !== undefined)) {
    throw new OptionsError(
      `${call}: with "callbackModule" the callbacks come from that module; leave onProgress, onItem and onComplete out`,
    );
  }
  refuseMissingModule(callbackModule, call);
  return callbacks as Callbacks;
}

/** Found out at once: a thread that cannot load it would lose every callback. */
function refuseMissingModule(module: string | URL | undefined, call: string): void {
  if (module === undefined) return;
  const text = String(module);
  const path = text.startsWith('file:') ? fileURLToPath(text) : text;
  if (/^[a-z]+:\/\//i.test(path) || existsSync(path)) return;
  throw new OptionsError(`${call}: the "callbackModule" ${path} does not exist`);
}
