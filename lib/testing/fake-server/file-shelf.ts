import { rm } from 'node:fs/promises';
import type { FakeClock } from './clock.js';

/** A file of the provider: its content is on disk. Times are epoch milliseconds. */
export interface StoredFile {
  readonly id: string;
  readonly path: string;
  readonly bytes: number;
  /** OpenAI's `filename`, Gemini's `displayName`. */
  readonly filename: string;
  readonly mimeType: string;
  /** OpenAI only. */
  readonly purpose: string;
  /** Hexadecimal. */
  readonly sha256: string;
  /** Made by the provider rather than uploaded. */
  readonly generated: boolean;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** The provider's files, newest last. Expired ones are gone. */
export class FileShelf {
  readonly #files = new Map<string, StoredFile>();
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  add(file: StoredFile): StoredFile {
    this.#files.set(file.id, file);
    return file;
  }

  get(id: string): StoredFile | undefined {
    const file = this.#files.get(id);
    return file && file.expiresAt > this.#clock.now() ? file : undefined;
  }

  list(): StoredFile[] {
    return [...this.#files.values()].filter(({ expiresAt }) => expiresAt > this.#clock.now());
  }

  /** True if it was there. */
  async delete(id: string): Promise<boolean> {
    const file = this.get(id);
    if (!file) return false;
    this.#files.delete(id);
    await rm(file.path, { force: true });
    return true;
  }
}
