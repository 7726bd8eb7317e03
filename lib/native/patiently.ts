import { defer, ignoreElements, retry, tap, throwError, timer, type Observable, type ObservableInput } from 'rxjs';
import { backoffDelay, waitAtLeast } from '../core/backoff.js';
import { messageOf } from '../core/errors.js';
import type { NativeContext, NativeVerdict } from '../provider/native.js';
import { remoteCall } from './remote-call.js';
import type { Shard } from './shard.js';
import { noteAnswer, noteFailure, noteSilence, type ShardContext } from './shard-context.js';

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

/** A batch or file has to be missing so often and for as long as an orphan is looked for. */
const sureAfter = 3;

/**
 * Repeats a call that changes nothing for as long as it takes: a batch lives for a day, and a bad connection for an hour. A
 * refusal says nothing of the batch, which is paid for: it is repeated too, and shown. Errors with {@link CallRefused} where
 * repeating is no use; where no call can pass, ends the run and is silent.
 */
export function patiently<T>(
  call: Exclude<CallKind, 'submit'>,
  ask: (context: NativeContext) => ObservableInput<T>,
  shard: Shard,
  context: ShardContext,
): Observable<T> {
  const { settings, scheduler, random } = context;
  const backoff = { baseMs: 2 * settings.pollIntervalMs, maxMs: settings.maxPollIntervalMs };
  return defer(() => {
    let failures = 0;
    let misses = 0;
    let missedAt = 0;
    return remoteCall(ask, { timeoutMs: settings.callTimeoutMs, scheduler }).pipe(
      tap(() => {
        failures = misses = 0;
        show(false, shard, context);
        noteAnswer(context);
      }),
      retry({
        delay: (error: unknown) => {
          const verdict = verdictOf(error, call, context);
          // Often a page of whatever stands before the provider.
          if (verdict.kind === 'fail' && call !== 'cancel') noteSilence(context);
          else noteFailure(verdict, context);
          if (verdict.kind === 'stop') return stopping(verdict, context);
          if (verdict.kind === 'gone' || verdict.kind === 'fail') {
            if (call === 'cancel') return throwError(() => new CallRefused(verdict));
            show(true, shard, context);
          }
          if (verdict.kind === 'gone' && call !== 'find') {
            const now = scheduler.now();
            if (++misses === 1) missedAt = now;
            const sure = misses >= sureAfter && now - missedAt >= settings.orphanWaitMs;
            if (!sure) return timer(settings.orphanWaitMs / (sureAfter - 1) + 1, scheduler);
            show(false, shard, context);
            return throwError(() => new CallRefused(verdict));
          }
          const waitMs = 'waitMs' in verdict ? verdict.waitMs : undefined;
          return timer(waitAtLeast(waitMs, backoffDelay(++failures, backoff, random)), scheduler);
        },
      }),
    );
  });
}

function show(refused: boolean, shard: Shard, { changed }: ShardContext): void {
  if (shard.refused === refused) return;
  shard.refused = refused;
  changed();
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
