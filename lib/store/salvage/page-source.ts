import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { isForeignLog } from './foreign-log.js';
import { likelyPageSize, pageSizeOf } from './page-size.js';
import { noWal, readWal, type WalPages } from './wal-pages.js';

/** Pages read at once when all of them are looked at. */
const block = 256;

/**
 * The pages of a database file as they are, with those its write-ahead log has newer ones of. Opened for reading only, and
 * without SQLite: nothing is locked, repaired or created, and one damaged page does not stand before all the others.
 */
export class PageSource {
  readonly pageSize: number;
  /** Bytes of a page that hold content. */
  readonly usable: number;
  /** Pages the database has, some of which may be cut off. */
  readonly count: number;
  readonly #file: number;
  readonly #inFile: number;
  readonly #wal: WalPages;

  constructor(path: string) {
    this.#file = openSync(path, 'r');
    const header = Buffer.alloc(100);
    readSync(this.#file, header, 0, 100, 0);
    const { size } = fstatSync(this.#file);
    const stated = pageSizeOf(header, this.#file, size);
    const walPath = `${path}-wal`;
    const log = existsSync(walPath) ? readWal(walPath, stated) : noWal;
    const foreign = isForeignLog(header, log);
    if (foreign) log.close?.();
    this.#wal = foreign ? noWal : log;
    this.pageSize = stated ?? this.#wal.pageSize ?? likelyPageSize(this.#file, size);
    // A damaged header may say anything; no file of ours keeps bytes back.
    this.usable = this.pageSize;
    this.#inFile = Math.floor(size / this.pageSize);
    this.count = Math.max(this.#inFile, this.#wal.count);
  }

  /** One page, from 1; undefined where the file ends before it. */
  page(number: number): Buffer | undefined {
    if (!Number.isSafeInteger(number) || number < 1 || number > this.count) return undefined;
    return this.#wal.read(number) ?? this.#readFile(number, 1);
  }

  /** Every page that is there. */
  *pages(): Generator<{ readonly number: number; readonly bytes: Buffer }, void, undefined> {
    for (let first = 1; first <= this.count; first += block) {
      const inFile = Math.min(block, this.#inFile - first + 1);
      const bytes = inFile > 0 ? this.#readFile(first, inFile) : undefined;
      for (let number = first; number < first + block && number <= this.count; number++) {
        const at = (number - first) * this.pageSize;
        const own = number <= this.#inFile ? bytes?.subarray(at, at + this.pageSize) : undefined;
        const page = this.#wal.read(number) ?? own;
        if (page !== undefined) yield { number, bytes: page };
      }
    }
  }

  close(): void {
    closeSync(this.#file);
    this.#wal.close?.();
  }

  #readFile(first: number, pages: number): Buffer | undefined {
    const bytes = Buffer.alloc(pages * this.pageSize);
    const position = (first - 1) * this.pageSize;
    for (let done = 0; done < bytes.length;) {
      const got = readSync(this.#file, bytes, done, bytes.length - done, position + done);
      if (got === 0) return undefined;
      done += got;
    }
    return bytes;
  }
}
