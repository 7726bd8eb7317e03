import type { CompleteEvent, ItemEvent, ProgressEvent } from '../core/events.js';
import { openPacing, type Progress } from '../core/progress.js';
import type { ItemError, ResultErr, ResultOk } from '../core/result.js';

/** What every event has; left out: job `job`, sequence 1, time 0. */
export interface EventPlace {
  readonly jobId?: string;
  readonly seq?: number;
  readonly at?: number;
}

/** The place, and what is left of the parts. */
function split<P extends EventPlace>(parts: P): readonly [Required<EventPlace>, Omit<P, keyof EventPlace>] {
  const { jobId = 'job', seq = 1, at = 0, ...rest } = parts;
  return [{ jobId, seq, at }, rest];
}

export type ItemEventParts<T> = EventPlace & Partial<Omit<ResultOk<T>, 'ok'>>;

/**
 * An item that succeeded, as a job emits it; what is left out has a plain default.
 *
 * ```ts
 * cold('-a|', { a: itemEvent({ itemId: 'a', output: 'OK' }) }).pipe(myOperator())
 * ```
 */
export function itemEvent<T = unknown>(parts: ItemEventParts<T> = {}): ItemEvent<T> {
  const [place, given] = split(parts);
  const { itemId = 'a', output = 'OK' as T, attempts = 1, ...rest } = given;
  return { type: 'item', ...place, itemId, result: { itemId, ok: true, output, attempts, ...rest } };
}

export type FailedEventParts = EventPlace & Partial<Omit<ResultErr, 'ok' | 'error'>> & Partial<ItemError>;

/** An item that failed for good: `failedEvent({ itemId: 'a', code: 'content_filtered' })`. */
export function failedEvent(parts: FailedEventParts = {}): ItemEvent<never> {
  const [place, given] = split(parts);
  const { itemId = 'a', attempts = 1, ...failure } = given;
  const { code = 'server_error', message = 'failed', status, retryable = true, ...rest } = failure;
  const error = { code, message, ...(status === undefined ? {} : { status }), retryable };
  return { type: 'item', ...place, itemId, result: { itemId, ok: false, error, attempts, ...rest } };
}

/** A progress of which only some numbers matter: `progressSnapshot({ total: 10, done: 3 })`. */
export function progressSnapshot(parts: Partial<Progress> = {}): Progress {
  const { ok = 0, failed = 0, inFlight = 0, done = ok + failed, total = done + inFlight } = parts;
  return {
    mode: 'emulated',
    status: 'running',
    reason: null,
    total,
    totalKnown: true,
    done,
    ok,
    failed,
    inFlight,
    pending: Math.max(0, total - done - inFlight),
    tokens: { input: 0, output: 0 },
    cost: null,
    rate: { itemsPerMinute: 0, requestsPerMinute: 0, tokensPerMinute: 0 },
    etaMs: null,
    pacing: openPacing,
    ...parts,
  };
}

/** A progress as a job emits it: `progressEvent({ seq: 4, total: 10, ok: 3 })`. */
export function progressEvent(parts: EventPlace & Partial<Progress> = {}): ProgressEvent {
  const [place, progress] = split(parts);
  return { type: 'progress', ...place, progress: progressSnapshot(progress) };
}

/** The end of a job: `completeEvent({ seq: 5, ok: 3 })`, or with `status: 'cancelled'`. */
export function completeEvent(
  parts: EventPlace & Partial<Omit<Progress, 'status'>> & { readonly status?: 'completed' | 'cancelled' } = {},
): CompleteEvent {
  const [place, { status = 'completed', ...progress }] = split(parts);
  return { type: 'complete', ...place, status, progress: progressSnapshot({ ...progress, status }) };
}
