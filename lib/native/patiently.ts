import { defer, ignoreElements, retry, tap, throwError, timer, type Observable, type ObservableInput } from 'rxjs';
import { backoffDelay, waitAtLeast } from '../core/backoff.js';
import { messageOf } from '../core/errors.js';
import type { NativeContext, NativeVerdict } from '../provider/native.js';
import { remoteCall } from './remote-call.js';
import { noteAnswer, noteFailure, type ShardContext } from './shard-context.js';

export type CallKind = Parameters<ShardContext['native']['classify']>[1];

/** A call that will not pass by being repeated. */
export class CallRefused extends Error {
  override readonly name = 'CallRefused';

  constructor(readonly verdict: Extract<NativeVerdict, { kind: 'gone' | 'fail' }>) {
    super(verdict.kind === 'gone' ? verdict.message : verdict.error.message);
  }
}

/** A provider's `classify` that throws, or forgets a case, must not take the job with it. */
export function verdictOf(error: unknown, call: CallKind, { native }: ShardContext): NativeVerdict {
  try {
    return native.classify(error, call);
  } catch {
    const message = messageOf(error);
    return call === 'submit' ? { kind: 'ambiguous', message } : { kind: 'retry', message };
  }
}

/** A batch or file has to be missing, or refused, so often and for as long as an orphan is looked for. */
const sureAfter = 3;

/**
 * Repeats a call that changes nothing for as long as it takes: a batch lives for a day, and a bad connection for an hour.
 * Errors with {@link CallRefused} where repeating is no use; where no call can pass, ends the run and is silent.
 */
export function patiently<T>(
  call: Exclude<CallKind, 'submit'>,
  ask: (context: NativeContext) => ObservableInput<T>,
  context: ShardContext,
): Observable<T> {
  const { settings, scheduler, random } = context;
  const backoff = { baseMs: 2 * settings.pollIntervalMs, maxMs: settings.maxPollIntervalMs };
  return defer(() => {
    let failures = 0;
    let refusals = 0;
    let refusedAt = 0;
    return remoteCall(ask, { timeoutMs: settings.callTimeoutMs, scheduler }).pipe(
      tap(() => {
        failures = refusals = 0;
        noteAnswer(context);
      }),
      retry({
        delay: (error: unknown) => {
          const verdict = verdictOf(error, call, context);
          noteFailure(verdict, context);
          const now = scheduler.now();
          if ((verdict.kind === 'gone' || verdict.kind === 'fail') && call !== 'find') {
            if (++refusals === 1) refusedAt = now;
            const sure = refusals >= sureAfter && now - refusedAt >= settings.orphanWaitMs;
            if (sure || call === 'cancel') return throwError(() => new CallRefused(verdict));
            return timer(settings.orphanWaitMs / (sureAfter - 1) + 1, scheduler);
          }
          if (verdict.kind === 'stop') return stopping(verdict, context);
          const waitMs = 'waitMs' in verdict ? verdict.waitMs : undefined;
          return timer(waitAtLeast(waitMs, backoffDelay(++failures, backoff, random)), scheduler);
        },
      }),
    );
  });
}

/** Ends the run, and the call in silence once that is known everywhere. */
export function stopping(
  verdict: Extract<NativeVerdict, { kind: 'stop' }>,
  { stop, halt, scheduler }: ShardContext,
): Observable<never> {
  const { status, code, error, waitMs } = verdict;
  const until = waitMs === undefined ? {} : { until: scheduler.now() + waitMs };
  stop({ kind: 'stop', status, code, message: error.message, ...until });
  return halt.any$.pipe(ignoreElements());
}
