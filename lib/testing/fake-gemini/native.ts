import { BatchSchedule } from '../fake-server/batch-schedule.js';
import { EnqueuedTokens } from '../fake-server/enqueued-tokens.js';
import { FileShelf } from '../fake-server/file-shelf.js';
import { textKey } from '../fake-server/hashing.js';
import type { ServerParts } from '../fake-server/server-parts.js';
import type { GeminiBatch } from './gemini-batch.js';
import type { FakeGeminiOptions } from './options.js';
import type { UploadSession } from './upload-session.js';

/** What files and batches of one server share. */
export interface Native {
  readonly options: FakeGeminiOptions;
  readonly parts: ServerParts;
  readonly files: FileShelf;
  readonly uploads: Map<string, UploadSession>;
  /** Oldest first; deleted ones are gone from here, not from the schedule. */
  readonly batches: Map<string, GeminiBatch>;
  readonly schedule: BatchSchedule;
  readonly enqueued: EnqueuedTokens;
  /** 24 hexadecimal digits. */
  readonly newId: () => string;
}

export function createNative(options: FakeGeminiOptions, parts: ServerParts): Native {
  let ids = 0;
  return {
    ...{ options, parts },
    files: new FileShelf(parts.clock),
    uploads: new Map(),
    batches: new Map(),
    schedule: new BatchSchedule(parts.clock, parts.signal),
    enqueued: new EnqueuedTokens(),
    newId: () => textKey(`${parts.seed} gemini ${++ids}`),
  };
}

/** Times as protobuf's JSON has them. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}
