import { BatchError } from '../../../lib/index.js';
import type { BatchStore } from '../../../lib/store/store.js';

const storeWrites = ['updateJob', 'commit', 'finish', 'appendItems', 'release', 'checkpoint'];
const shardWrites = ['marker', 'open', 'add', 'update', 'drop'];

/** A disk without room for some writes in a row, counted from 1: those before and after them find room. */
export class FlakyDisk {
  #writes = 0;

  constructor(
    private readonly inner: BatchStore,
    private readonly failsAt: number,
    private readonly failures: number,
  ) {}

  /** Whether it has come to that. */
  get wasFull(): boolean {
    return this.#writes >= this.failsAt;
  }

  store(): BatchStore {
    const shards = this.#wrap(this.inner.shards, shardWrites, {});
    return this.#wrap(this.inner, storeWrites, { shards });
  }

  #wrap<T extends object>(target: T, writes: readonly string[], own: Partial<T>): T {
    return new Proxy(target, {
      get: (_, key: string) => {
        if (key in own) return own[key as keyof T];
        const value = Reflect.get(target, key) as unknown;
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          if (writes.includes(key)) this.#write();
          return (value as (...all: unknown[]) => unknown).apply(target, args);
        };
      },
    });
  }

  #write(): void {
    const n = ++this.#writes;
    if (n >= this.failsAt && n < this.failsAt + this.failures) throw new BatchError('disk_full', 'The disk is full');
  }
}
