import type { Progress } from './progress.js';
import type { Result } from './result.js';

interface EventBase {
  readonly jobId: string;
  /** The database's own sequence: rises strictly within a job and is never used twice. Pass it to `events({ after })`. */
  readonly seq: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

export interface ProgressEvent extends EventBase {
  readonly type: 'progress';
  readonly progress: Progress;
}

export interface ItemEvent<T = unknown> extends EventBase {
  readonly type: 'item';
  readonly itemId: string;
  readonly result: Result<T>;
}

export interface CompleteEvent extends EventBase {
  readonly type: 'complete';
  readonly status: 'completed' | 'cancelled';
  readonly progress: Progress;
}

/** Everything a job tells, in order. Plain data: it goes to SQLite and over the wire as it is. */
export type BatchEvent<T = unknown> = ProgressEvent | ItemEvent<T> | CompleteEvent;

export type BatchEventType = BatchEvent['type'];

/** An event before the store has given it a sequence and a time. */
export type EventDraft<E extends BatchEvent = BatchEvent> = E extends BatchEvent
  ? Omit<E, 'seq' | 'at' | 'jobId'>
  : never;
