import { BatchSchedule } from '../fake-server/batch-schedule.js';
import { EnqueuedTokens } from '../fake-server/enqueued-tokens.js';
import { FileShelf } from '../fake-server/file-shelf.js';
import { textKey } from '../fake-server/hashing.js';
import type { FakeServerOptions } from '../fake-server/options.js';
import type { ServerParts } from '../fake-server/server-parts.js';
import { TokenBucket } from '../fake-server/token-bucket.js';
import type { FakeModel } from './model.js';
import type { OpenAIBatch } from './openai-batch.js';

/** What files and batches of one server share. */
export interface Native {
  readonly options: FakeServerOptions;
  readonly parts: ServerParts;
  readonly model: FakeModel;
  readonly files: FileShelf;
  /** Oldest first. */
  readonly batches: Map<string, OpenAIBatch>;
  readonly schedule: BatchSchedule;
  readonly enqueued: EnqueuedTokens;
  /** A new id: `file-…`, `batch_…`. */
  readonly newId: (prefix: string) => string;
  /** Takes one from the hour's creations; the milliseconds to wait where there is none. */
  readonly refuseCreation: () => number | undefined;
}

export function createNative(options: FakeServerOptions, parts: ServerParts, model: FakeModel): Native {
  const { clock, seed, batchOptions } = parts;
  let ids = 0;
  let creations: TokenBucket | undefined;
  return {
    ...{ options, parts, model },
    files: new FileShelf(clock),
    batches: new Map(),
    schedule: new BatchSchedule(clock, parts.signal),
    enqueued: new EnqueuedTokens(),
    newId: (prefix) => prefix + textKey(`${seed} ${++ids}`),
    refuseCreation: () => {
      const { creationsPerHour = 2_000 } = batchOptions();
      if (creations?.limit !== creationsPerHour) creations = new TokenBucket(creationsPerHour, 3_600_000, clock.now());
      if (!creations.fits(1, clock.now())) return creations.waitMs(1, clock.now());
      creations.drain(1, clock.now());
      return undefined;
    },
  };
}
