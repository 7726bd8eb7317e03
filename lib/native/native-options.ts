import type { NativeCaps } from '../provider/native.js';

/** Settings of native mode. All times in milliseconds. */
export interface NativeSettings {
  /** Wait between the answer of a poll and the next poll, at first. */
  readonly pollIntervalMs: number;
  /** Longest such wait. */
  readonly maxPollIntervalMs: number;
  /** How long a batch that may have been created is looked for before it is created again. */
  readonly orphanWaitMs: number;
  /** How long an ended batch may take to show its outputs. */
  readonly lateOutputMs: number;
  /** How long `cancel()` waits for batches to end. */
  readonly cancelWaitMs: number;
  /** How long an upload and its create may take. */
  readonly uploadTimeoutMs: number;
  /** How long any other call may be silent. */
  readonly callTimeoutMs: number;
  /** How long answers of creates are awaited at `pause()` and `close()`. */
  readonly drainMs: number;
  /** Delete uploaded and result files after they were read. */
  readonly cleanUp: boolean;
  /** Overrides of the provider's caps. */
  readonly nativeCaps: { readonly [K in keyof NativeCaps]?: NativeCaps[K] | undefined };
}

/** The provider's caps under the caller's. */
export function effectiveCaps(caps: NativeCaps, overrides: object): NativeCaps {
  const given = Object.entries(overrides).filter(([, value]) => value !== undefined);
  return { ...caps, ...Object.fromEntries(given) };
}
