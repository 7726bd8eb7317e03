import { isBatchError, type BatchErrorCode } from '../core/errors.js';
import type { Progress } from '../core/progress.js';
import { CommandFailure } from './failure.js';
import type { StopSignal } from './io.js';

/** What shells expect of a program that was interrupted: 128 and the number of the signal. */
export const signalExitCodes: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143 };

/** Mistakes of whoever typed the command or wrote the input: nothing was sent because of them. */
const misuse: ReadonlySet<BatchErrorCode> = new Set<BatchErrorCode>([
  'invalid_options',
  'sdk_missing',
  'missing_api_key',
  'job_not_found',
  'job_conflict',
  'invalid_item',
  'duplicate_item',
  'item_conflict',
  'input_failed',
]);

/** 2: usage or bad input; 3: the job could not go on. */
export function exitCodeOf(error: unknown): 2 | 3 {
  if (error instanceof CommandFailure) return error.exitCode;
  return isBatchError(error) && misuse.has(error.code) ? 2 : 3;
}

/** 0: every item has its answer; 1: some failed; 3: the job ended with items that were never sent (cancelled). */
export function exitCodeOfEnd({ failed, pending }: Pick<Progress, 'failed' | 'pending'>): 0 | 1 | 3 {
  if (pending > 0) return 3;
  return failed > 0 ? 1 : 0;
}
