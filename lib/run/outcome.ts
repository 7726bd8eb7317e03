import { backoffDelay, waitAtLeast, type BackoffOptions } from '../core/backoff.js';
import { jsonProblem } from '../core/json-value.js';
import type { ItemError, Result, ResultErr } from '../core/result.js';
import type { ProviderResponse, Verdict } from '../provider/provider.js';
import { countsOf, storedRaw, storedUsage } from './stored-parts.js';
import { aboveLimit, refusalFault, unknownSize, type RequestSize } from './refusal-fault.js';
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
  | { readonly kind: 'again'; readonly delayMs: number; readonly failures: number; readonly error: ItemError }
  /** `alone`: others pass, so the refusal says nothing to them; `delayMs` is what this item stays away by itself. */
  | { readonly kind: 'hold'; readonly alone: boolean; readonly delayMs: number }
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
  const { itemId } = item.resolved;
  const attempts = item.failures + 1;
  const used = countsOf(usage);
  // JSON has no undefined; a result always has an output.
  const stored = output === undefined ? null : output;
  // Literals: an object put together of parts costs several times as much.
  const result: Result =
    used === undefined
      ? { itemId, ok: true, output: stored, attempts }
      : { itemId, ok: true, output: stored, usage: used, attempts };
  const kept = options.keepRaw === 'always' ? storedRaw(raw) : {};
  if (item.metadata === undefined && kept.raw === undefined) return result;
  return { ...result, ...kept, ...(item.metadata === undefined ? {} : { metadata: item.metadata }) };
}

/** Refused so often while others passed, an item waits by itself; at once where it is larger than the whole limit. */
const alonePatience = 3;
const aloneBackoff = { baseMs: 1_000, maxMs: 30_000 };

/** What else is known of a failed attempt. */
export interface FailureContext {
  /** Nobody's fault (the machine slept, it was given up as a straggler): uses up no attempt. */
  readonly free?: boolean;
  /** Tokens the item is estimated to take, and what the limiter knows of tokens; for refusals. */
  readonly size?: RequestSize;
}

export function decide(
  item: WorkItem,
  verdict: Verdict,
  options: OutcomeOptions,
  { free = false, size = unknownSize }: FailureContext = {},
): Decision {
  switch (verdict.kind) {
    case 'stop':
      return { kind: 'stop', verdict };
    case 'rate_limited': {
      const fault = refusalFault(item.refusals, size);
      if (fault !== undefined) {
        const error = fault === 'too_large' ? { ...verdict.error, code: fault, retryable: false } : verdict.error;
        return { kind: 'finish', result: errResult(item, error, item.failures + 1, {}, options) };
      }
      const large = aboveLimit(size);
      const alone = large || item.refusals >= alonePatience;
      const nth = large ? item.refusals + 3 : item.refusals - alonePatience + 2;
      const backoffMs = alone ? backoffDelay(nth, aloneBackoff, options.random) : 0;
      return { kind: 'hold', alone, delayMs: alone ? waitAtLeast(verdict.waitMs, backoffMs) : 0 };
    }
    case 'fail':
      return { kind: 'finish', result: errResult(item, verdict.error, item.failures + 1, verdict, options) };
    case 'retry': {
      const failures = free ? item.failures : item.failures + 1;
      if (failures >= options.maxAttempts)
        return { kind: 'finish', result: errResult(item, verdict.error, failures, {}, options) };
      const backoffMs = backoffDelay(Math.max(1, failures), options.backoff, options.random);
      return { kind: 'again', delayMs: waitAtLeast(verdict.waitMs, backoffMs), failures, error: verdict.error };
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
