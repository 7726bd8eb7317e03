import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Called at the top of a spec; each call of what it gives is a path in a new folder, gone after the test. */
export function tempDatabases(): () => string {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  return () => {
    const folder = mkdtempSync(join(tmpdir(), 'openapi-batch-spec-'));
    folders.push(folder);
    return join(folder, 'batches.sqlite');
  };
}
