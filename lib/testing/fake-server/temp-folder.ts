import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where a server keeps uploaded and produced files. Made at first use, removed when the server closes. */
export class TempFolder {
  #path: string | undefined;
  #files = 0;

  /** A path for a new file. */
  next(): string {
    this.#path ??= mkdtempSync(join(tmpdir(), 'openapi-batch-fake-'));
    return join(this.#path, String(++this.#files));
  }

  async remove(): Promise<void> {
    if (this.#path !== undefined) await rm(this.#path, { recursive: true, force: true });
  }
}
