import type { ObservableInput } from 'rxjs';
import { z } from 'zod';
import type { BatchItem } from '../core/item.js';
import { jsonProblem } from '../core/json-value.js';
import type { Progress } from '../core/progress.js';
import type { Result } from '../core/result.js';
import type { Mode, RunMode } from '../core/job.js';
import type { BatchJob } from '../job/batch-job.js';
import { aFunction } from './option-kinds.js';
import { runShape, type RunOptions } from './run-options.js';

/** Anything that yields items: array, iterable, async iterable, Node object stream, Observable. */
export type ItemSource = Iterable<BatchItem> | AsyncIterable<BatchItem> | ObservableInput<BatchItem>;

export type CallbackExecutor = 'inline' | 'async' | 'thread';

/** The job as a callback in a worker thread sees it. */
export type CallbackJob = Pick<BatchJob, 'jobId'>;

/** The three callbacks of the Python original. What they throw is logged and never harms the job. */
export interface Callbacks<T = unknown> {
  onProgress?: ((job: BatchJob<T>, progress: Progress) => unknown) | undefined;
  onItem?: ((job: BatchJob<T>, itemId: string, result: Result<T>) => unknown) | undefined;
  onComplete?: ((job: BatchJob<T>) => unknown) | undefined;
  /** `inline` (default): called one after the other as events come; `async`: up to `callbackWorkers` at once, awaited; `thread`: in worker threads. */
  callbackExecutor?: CallbackExecutor | undefined;
  /** Default 8. */
  callbackWorkers?: number | undefined;
  /** Milliseconds one callback may take; then it counts as failed and is no longer waited for. Default 60,000. */
  callbackTimeoutMs?: number | undefined;
  /** For `thread`: URL or path of a module that exports `onProgress`, `onItem` and `onComplete`. */
  callbackModule?: string | URL | undefined;
}

export interface MapOptions<T = unknown> extends RunOptions, Callbacks<T> {
  items: ItemSource;
  /** Known: attach to that job and go on. New or left out: a new job. */
  jobId?: string | undefined;
  /** Default `auto`. */
  mode?: Mode | undefined;
  model?: string | undefined;
  /** Request parameters for every item of the job. */
  params?: Readonly<Record<string, unknown>> | undefined;
  /** Words to find the job by; no meaning to the library. */
  tags?: readonly string[] | undefined;
  /** Anything JSON; comes back in `info()`. */
  metadata?: unknown;
  /** `false`: the work runs only while somebody is subscribed. Default true. */
  asyncSubmit?: boolean | undefined;
}

export type ResumeOptions<T = unknown> = Omit<
  MapOptions<T>,
  'items' | 'jobId' | 'mode' | 'model' | 'params' | 'tags' | 'metadata'
> & {
  /** Finish a job whose input was never read to its end with the items it has. Default false. */
  partial?: boolean | undefined;
  /** Go on in the other mode: finish a native job's remains by requests, or the other way round. Default: as before. */
  mode?: RunMode | undefined;
};

const isJson = (value: unknown): boolean => jsonProblem(value) === undefined;
const callback = aFunction();
const text = z.string('a string').min(1, 'a string that is not empty');
const record = z
  .custom<Readonly<Record<string, unknown>>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'an object',
  )
  .refine(isJson, 'an object that can be written as JSON');
const workers = z
  .int('a whole number from 1 up')
  .min(1, 'a whole number from 1 up')
  .max(1024, 'a whole number up to 1024');

const callbackShape = {
  onProgress: callback.optional(),
  onItem: callback.optional(),
  onComplete: callback.optional(),
  callbackExecutor: z.enum(['inline', 'async', 'thread'], 'one of "inline", "async", "thread"').optional(),
  callbackWorkers: workers.optional(),
  callbackTimeoutMs: z.number('a number of milliseconds').positive('a number of milliseconds above 0').optional(),
  callbackModule: z
    .custom<string | URL>((value) => typeof value === 'string' || value instanceof URL, 'a URL or a path')
    .optional(),
} as const;

const isSource = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (Symbol.iterator in value ||
    Symbol.asyncIterator in value ||
    ('subscribe' in value && typeof value.subscribe === 'function') ||
    ('then' in value && typeof value.then === 'function') ||
    ('getReader' in value && typeof value.getReader === 'function'));

export const mapSchema = z.strictObject({
  items: z.custom<ItemSource>(
    isSource,
    'an array, an iterable, an async iterable, a stream or an Observable of items such as { itemId: "a", input: { prompt: "..." } }',
  ),
  jobId: text
    .max(512, 'a string of at most 512 characters')
    .refine((id) => id.isWellFormed(), 'a string of well-formed Unicode')
    .optional(),
  mode: z.enum(['auto', 'native', 'emulated'], 'one of "auto", "native", "emulated"').optional(),
  model: text.optional(),
  params: record.optional(),
  tags: z.array(z.string('a string'), 'an array of strings').optional(),
  metadata: z.unknown().refine(isJson, 'something that can be written as JSON').optional(),
  asyncSubmit: z.boolean('true or false').optional(),
  ...callbackShape,
  ...runShape,
});

export const resumeSchema = z.strictObject({
  mode: z.enum(['native', 'emulated'], 'one of "native", "emulated"').optional(),
  partial: z.boolean('true or false').optional(),
  asyncSubmit: z.boolean('true or false').optional(),
  ...callbackShape,
  ...runShape,
});
