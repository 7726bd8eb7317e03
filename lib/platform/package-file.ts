import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { moduleLocation } from './module-location.js';

/** Path of a file of this package, relative to `lib/` (or to the build of it that runs). */
export function packageFile(relative: string): string {
  const here = moduleLocation.startsWith('file:') ? fileURLToPath(moduleLocation) : moduleLocation;
  return join(dirname(here), '..', relative);
}
