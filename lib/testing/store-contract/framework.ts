import type { BatchStore } from '../../store/store.js';

/** The parts of a test framework that are used; those of Jest, Vitest and node:test with `expect` fit. */
export interface StoreContractFramework {
  readonly describe: (name: string, body: () => void) => void;
  readonly it: (name: string, body: () => void) => void;
  readonly expect: (value: unknown) => {
    toBe(expected: unknown): void;
    toEqual(expected: unknown): void;
    toMatchObject(expected: object): void;
    toBeGreaterThan(expected: number): void;
  };
}

/**
 * Opens a store: a new and empty one, or, given the `location` of a store opened before, the same one again. A store
 * whose location is `:memory:` is never asked for again.
 */
export type OpenStore = (location?: string) => BatchStore;
