import { z } from 'zod';
import { flag, milliseconds, positive, wholeFrom } from './option-kinds.js';

/** How a job runs. Each may be given to the client (for all its jobs) and to `map` or `resume` (for one). */
export const runShape = {
  /** Requests at the same time. Default 50. */
  concurrency: wholeFrom(1).max(100_000, 'a whole number up to 100000').optional(),
  /** Attempts per item before it is a failure; rate-limit refusals are not counted. Default 5. */
  maxAttempts: wholeFrom(1).optional(),
  /** Milliseconds one attempt may take, its whole body included. Default 600,000 (10 minutes). */
  attemptTimeoutMs: positive.optional(),
  /**
   * Gives up an attempt that takes so many times the 95th percentile of the run's answers (of at least 20; never before 1 s),
   * and sends it again: no attempt is used up, and the item gets twice as long each time. What is given up may still be
   * billed. Default: none is given up before `attemptTimeoutMs`.
   */
  stragglerFactor: z.number('a number above 1').gt(1, 'a number above 1').optional(),
  /** First wait after a failed attempt, doubled each time, with full jitter. Default 500. */
  backoffBaseMs: milliseconds.optional(),
  /** Longest such wait. Default 60,000. A wait the provider asks for is kept even if longer. */
  backoffMaxMs: milliseconds.optional(),
  /**
   * At most so many requests a minute, over all jobs of the client on the same provider, key and model; of several jobs at
   * work the lowest counts. Default: no limit.
   */
  requestsPerMinute: positive.optional(),
  /** The same for tokens, by estimate. */
  tokensPerMinute: positive.optional(),
  /** Pauses the job once more than so many items failed in this run. Default: never. */
  maxFailures: wholeFrom(0).optional(),
  /** Pauses the job once this share (0 to 1) of at least 20 finished items failed in this run. Default: never. */
  maxFailureRate: z
    .number('a share between 0 and 1')
    .min(0, 'a share between 0 and 1')
    .max(1, 'a share between 0 and 1')
    .optional(),
  /** Pauses the job when a limiter refused everything for so long. Default 3,600,000 (1 hour). */
  maxStallMs: positive.optional(),
  /** How long `cancel()`, `pause()` and `close()` wait for answers in flight. Default 30,000. */
  drainMs: milliseconds.optional(),
  /** Least time between two progress events. Default 250. */
  progressIntervalMs: milliseconds.optional(),
  /** What is kept of the provider's bodies. Default `always`. */
  keepRaw: z.enum(['never', 'errors', 'always'], 'one of "never", "errors", "always"').optional(),
  /** Read the whole input before the first request. Default false. */
  startAfterInput: flag.optional(),
  /** Native batches: wait between the answer of a poll and the next one, at first. Default 10,000. */
  pollIntervalMs: positive.optional(),
  /** Longest such wait. Default 60,000. */
  maxPollIntervalMs: positive.optional(),
  /** How long a batch that may have been created is looked for before it is created again. Default 120,000 (2 minutes). */
  orphanWaitMs: milliseconds.optional(),
  /** How long an ended batch may take to show its outputs. Default 600,000 (10 minutes). */
  lateOutputMs: milliseconds.optional(),
  /** How long `cancel()` waits for native batches to end. Default 600,000 (10 minutes). */
  cancelWaitMs: milliseconds.optional(),
  /** Delete uploaded and result files once their results are stored. Default false: they expire by themselves. */
  cleanUp: flag.optional(),
  /** Items from which on `mode: 'auto'` chooses native batches. Default 1,000. */
  nativeMinItems: wholeFrom(1).optional(),
  /** The provider's limits on batches, where yours differ. */
  nativeCaps: z
    .strictObject(
      {
        maxRequests: wholeFrom(1).optional(),
        maxBytes: wholeFrom(1).optional(),
        maxInputs: wholeFrom(1).optional(),
        maxBatches: wholeFrom(1).optional(),
        creationsPerHour: wholeFrom(1).optional(),
        enqueuedTokens: wholeFrom(1).nullable().optional(),
      },
      'an object of maxRequests, maxBytes, maxInputs, maxBatches, creationsPerHour, enqueuedTokens',
    )
    .optional(),
} as const;

/** Settings that are kept with the job for `resume`. */
export const runSettings = z.object(runShape);

export type RunOptions = { -readonly [K in keyof typeof runShape]?: z.output<(typeof runShape)[K]> | undefined };

export type RunSettings = Required<Omit<RunDefaults, never>> &
  Pick<RunOptions, 'stragglerFactor' | 'requestsPerMinute' | 'tokensPerMinute' | 'maxFailures' | 'maxFailureRate'>;

/** What binds all jobs on the same key together. */
export type SharedLimits = Pick<RunOptions, 'requestsPerMinute' | 'tokensPerMinute'>;

export function sharedLimits({ requestsPerMinute, tokensPerMinute }: SharedLimits): SharedLimits {
  return { requestsPerMinute, tokensPerMinute };
}

type RunDefaults = typeof runDefaults;

export const runDefaults = {
  concurrency: 50,
  maxAttempts: 5,
  attemptTimeoutMs: 600_000,
  backoffBaseMs: 500,
  backoffMaxMs: 60_000,
  maxStallMs: 3_600_000,
  drainMs: 30_000,
  progressIntervalMs: 250,
  keepRaw: 'always' as 'never' | 'errors' | 'always',
  startAfterInput: false as boolean,
  pollIntervalMs: 10_000,
  maxPollIntervalMs: 60_000,
  orphanWaitMs: 120_000,
  lateOutputMs: 600_000,
  cancelWaitMs: 600_000,
  cleanUp: false as boolean,
  nativeMinItems: 1_000,
  nativeCaps: {} as NonNullable<RunOptions['nativeCaps']>,
};

/** Later layers win; `undefined` never overrides. */
export function mergeRunOptions(...layers: readonly (object | undefined)[]): RunSettings {
  const merged: Record<string, unknown> = { ...runDefaults };
  for (const layer of layers) Object.assign(merged, pickRunOptions(layer ?? {}));
  return merged as RunSettings;
}

/** Only the run options of a larger options object: what is stored with the job. */
export function pickRunOptions(options: object): Record<string, unknown> {
  const given = options as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.keys(runShape).flatMap((key) => (given[key] === undefined ? [] : [[key, given[key]]])),
  );
}
