import type { Random } from '../harness/random.js';

/** Something that takes hostile input. Rejects with what went wrong. */
export interface FuzzTarget {
  readonly name: string;
  /** Runs for which it is tried, of each hundred asked for: some are dear. */
  readonly share: number;
  once(random: Random): Promise<void>;
  close?(): Promise<void>;
}

export function expectThat(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what);
}

/** Milliseconds after which something hangs. */
const patience = 30_000;

export async function inTime<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} hangs`)), patience);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
