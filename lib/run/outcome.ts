import { backoffDelay, waitAtLeast, type BackoffOptions } from '../core/backoff.js';
import { jsonProblem } from '../core/json-value.js';
import type { ItemError, Result, ResultErr } from '../core/result.js';
import type { ProviderResponse, Verdict } from '../provider/provider.js';
import { storedRaw, storedUsage } from './stored-parts.js';
import type { WorkItem } from './work-item.js';

export interface OutcomeOptions {
  readonly maxAttempts: number;
  readonly backoff: BackoffOptions;
  readonly keepRaw: 'never' | 'errors' | 'always';
  readonly random: () => number;
}

/** What becomes of an item after a failed attempt: data, so that a table can test it. */
export type Decision =
  | { readonly kind: 'finish'; readonly result: Result }
  | { readonly kind: 'again'; readonly delayMs: number; readonly failures: number }
  | { readonly kind: 'hold'; readonly waitMs: number | undefined }
  | { readonly kind: 'stop'; readonly verdict: Extract<Verdict, { kind: 'stop' }> };

/** An answer as it is stored; a failure where it cannot be: a result nobody can write must not end the whole job. */
export function okResult(item: WorkItem, response: ProviderResponse, options: OutcomeOptions): Result {
  const { output, usage, raw } = response;
  const problem = jsonProblem(output);
  if (problem !== undefined) {
    const message = `The answer cannot be stored as JSON: ${problem}`;
    return errResult(
      item,
      { code: 'invalid_response', message, retryable: false },
      item.failures + 1,
      response,
      options,
    );
  }
  return {
    itemId: item.resolved.itemId,
    ok: true,
    // JSON has no undefined; a result always has an output.
    output: output === undefined ? null : output,
    ...storedUsage(usage),
    attempts: item.failures + 1,
    ...(options.keepRaw === 'always' ? storedRaw(raw) : {}),
    ...(item.metadata === undefined ? {} : { metadata: item.metadata }),
  };
}

/** Rate-limit refusals of one item before it is a failure of its own. */
const mostRefusals = 200;

/** `free`: the failure is nobody's fault (the machine slept) and uses up no attempt. */
export function decide(item: WorkItem, verdict: Verdict, options: OutcomeOptions, free = false): Decision {
  switch (verdict.kind) {
    case 'stop':
      return { kind: 'stop', verdict };
    case 'rate_limited':
      // Refused so often while the quota let others pass (or the job would have stalled): this one never will.
      if (item.refusals >= mostRefusals) {
        return { kind: 'finish', result: errResult(item, verdict.error, item.failures + 1, {}, options) };
      }
      return { kind: 'hold', waitMs: verdict.waitMs };
    case 'fail':
      return { kind: 'finish', result: errResult(item, verdict.error, item.failures + 1, verdict, options) };
    case 'retry': {
      const failures = free ? item.failures : item.failures + 1;
      if (failures >= options.maxAttempts)
        return { kind: 'finish', result: errResult(item, verdict.error, failures, {}, options) };
      const backoffMs = backoffDelay(Math.max(1, failures), options.backoff, options.random);
      return { kind: 'again', delayMs: waitAtLeast(verdict.waitMs, backoffMs), failures };
    }
  }
}

/** A failure as it is stored. */
export function errResult(
  item: WorkItem,
  error: ItemError,
  attempts: number,
  { raw, usage }: { readonly raw?: unknown; readonly usage?: unknown },
  { keepRaw }: Pick<OutcomeOptions, 'keepRaw'>,
): ResultErr {
  return {
    itemId: item.resolved.itemId,
    ok: false,
    error,
    ...storedUsage(usage),
    attempts,
    ...(keepRaw === 'never' ? {} : storedRaw(raw)),
    ...(item.metadata === undefined ? {} : { metadata: item.metadata }),
  };
}
