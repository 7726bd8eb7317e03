import { createRequire } from 'node:module';
import { join } from 'node:path';
import { moduleLocation } from './module-location.js';

/**
 * Loads an optional package at first use: beside this package, else from the application's folder (a linked or global
 * install). Throws Node's own error, `code: 'MODULE_NOT_FOUND'`, when it is nowhere.
 */
export function requireModule<T>(name: string): T {
  const here = createRequire(moduleLocation);
  try {
    return here(name) as T;
  } catch (error) {
    if (!isMissing(error, name)) throw error;
  }
  return createRequire(join(process.cwd(), 'package.json'))(name) as T;
}

/** True where `name` itself is absent, false where it is there but something inside it failed to load. */
export function isMissing(error: unknown, name: string): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false;
  const message = 'message' in error ? String(error.message) : '';
  return (error.code === 'MODULE_NOT_FOUND' || error.code === 'ERR_MODULE_NOT_FOUND') && message.includes(name);
}
