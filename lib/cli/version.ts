import { createRequire } from 'node:module';
import { moduleLocation } from '../platform/module-location.js';

/** Version of this package, from its package.json. */
export function readVersion(): string {
  const manifest = createRequire(moduleLocation)('openapi-batch/package.json') as { readonly version: string };
  return manifest.version;
}
