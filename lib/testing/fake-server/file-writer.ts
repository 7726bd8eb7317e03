import { createHash, type Hash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';

const flushAt = 1 << 18;

/** Writes a new file piece by piece, buffered; what was written stays on disk. */
export class FileWriter {
  bytes = 0;
  readonly #hash: Hash = createHash('sha256');
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #handle: FileHandle | undefined;

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
    if (this.#waitingBytes >= flushAt) await this.#flush();
  }

  async close(): Promise<void> {
    await this.#flush();
    await this.#handle?.close();
    this.#handle = undefined;
  }

  async #flush(): Promise<void> {
    this.#handle ??= await open(this.path, 'a', 0o600);
    const all = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    await this.#handle.appendFile(all);
  }
}
