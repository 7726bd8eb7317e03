import { shellWord } from './shell-word.js';

const brand = Symbol.for('openapi-batch.error');

/** What stopped a job, or what was wrong with a call. */
export type BatchErrorCode =
  // misuse: thrown at once, nothing is stored
  | 'invalid_options'
  | 'sdk_missing'
  | 'missing_api_key'
  | 'job_not_found'
  | 'job_conflict'
  | 'job_busy'
  | 'interrupted'
  | 'client_closed'
  // the input
  | 'invalid_item'
  | 'duplicate_item'
  | 'item_conflict'
  | 'input_failed'
  | 'input_incomplete'
  // why a job stopped; `resume` goes on with what is left
  | 'auth'
  | 'quota_exhausted'
  | 'daily_quota'
  | 'too_many_failures'
  | 'stalled'
  | 'paused'
  | 'closed'
  | 'unwatched'
  | 'lease_lost'
  | 'internal'
  // between a remote client and its server
  | 'unauthorized'
  | 'forbidden'
  | 'refused'
  | 'unreachable'
  // the database
  | 'store_missing_module'
  | 'store_unopenable'
  | 'store_readonly'
  | 'store_locked'
  | 'store_corrupt'
  | 'store_newer'
  | 'disk_full'
  | 'store_failed';

/**
 * Root of every error this library raises. Recognise it with {@link isBatchError}, not with `instanceof`:
 * an application may hold two copies of the package (ESM and CommonJS), and they agree on the brand.
 */
export class BatchError extends Error {
  override readonly name: string = 'BatchError';
  readonly [brand] = true;

  constructor(
    readonly code: BatchErrorCode,
    message: string,
    options?: ErrorOptions & { readonly jobId?: string; readonly until?: number | undefined },
  ) {
    super(message, options);
    if (options?.jobId !== undefined) this.jobId = options.jobId;
    if (options?.until !== undefined) this.until = options.until;
  }

  /** The job it is about, where there is one. */
  readonly jobId?: string;
  /** Epoch milliseconds from which on `resume` has a chance, where that is known: the reset of a day's quota, say. */
  declare readonly until?: number;
}

/** A wrong argument: the message names the field, shows what was received and what would be right. */
export class OptionsError extends BatchError {
  override readonly name = 'OptionsError';

  constructor(message: string, options?: ErrorOptions) {
    super('invalid_options', message, options);
  }
}

export function isBatchError(value: unknown): value is BatchError {
  return typeof value === 'object' && value !== null && brand in value;
}

/**
 * Text of anything thrown, even of what has no text. Errors that cross the native boundary are not always `instanceof Error`
 * (Jest, better-sqlite3).
 */
export function messageOf(error: unknown): string {
  try {
    if (typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string') {
      return error.message;
    }
    return String(error);
  } catch {
    return `something that cannot be shown (${typeof error})`;
  }
}

/** Anything thrown, as the error a job's Observable ends with. */
export function toBatchError(error: unknown, jobId: string): BatchError {
  if (isBatchError(error)) return namingJob(error, jobId);
  return new BatchError('internal', `The run of job "${jobId}" broke off: ${messageOf(error)}`, {
    cause: error,
    jobId,
  });
}

/** The database does not know for whom it is asked; its advice is a command to type. */
function namingJob(error: BatchError, jobId: string): BatchError {
  const { code, message, until } = error;
  // An id like this would be read as a flag.
  if (!message.includes('<job-id>') || jobId.startsWith('-')) return error;
  const named = message.replaceAll('<job-id>', () => shellWord(jobId));
  return new BatchError(code, named, { cause: error, jobId, until });
}
