import { createHash, type Hash } from 'node:crypto';
import { appendFile } from 'node:fs/promises';

const flushAt = 1 << 18;

/** Writes a new file piece by piece, buffered. It holds no handle, so one that is given up needs no care. */
export class FileWriter {
  bytes = 0;
  readonly #hash: Hash = createHash('sha256');
  #waiting: Buffer[] = [];
  #waitingBytes = 0;

  constructor(readonly path: string) {}

  /** SHA-256 of what was written, hexadecimal; ask once, at the end. */
  digest(): string {
    return this.#hash.digest('hex');
  }

  async write(data: string | Buffer): Promise<void> {
    const piece = Buffer.from(data);
    this.bytes += piece.length;
    this.#hash.update(piece);
    this.#waiting.push(piece);
    this.#waitingBytes += piece.length;
    if (this.#waitingBytes >= flushAt) await this.close();
  }

  /** Writes what waits; an empty file is made too. */
  async close(): Promise<void> {
    const all = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    await appendFile(this.path, all, { mode: 0o600 });
  }
}
