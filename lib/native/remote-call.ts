import { from, Observable, throwError, timeout, type ObservableInput, type SchedulerLike } from 'rxjs';
import type { NativeContext } from '../provider/native.js';

export interface RemoteCallOptions {
  /** Milliseconds of silence, before the first answer and between two. */
  readonly timeoutMs: number;
  readonly scheduler: SchedulerLike;
}

/** One try of one call. Its signal is aborted when the call is given up: by its timeout, or because nobody wants it now. */
export function remoteCall<T>(
  ask: (context: NativeContext) => ObservableInput<T>,
  { timeoutMs, scheduler }: RemoteCallOptions,
): Observable<T> {
  const call$ = new Observable<T>((subscriber) => {
    const controller = new AbortController();
    let settled = false;
    subscriber.add(() => {
      if (!settled) controller.abort();
    });
    let answer: ObservableInput<T>;
    try {
      answer = ask({ signal: controller.signal });
    } catch (error) {
      settled = true;
      subscriber.error(error);
      return;
    }
    subscriber.add(
      from(answer).subscribe({
        next: (value) => subscriber.next(value),
        error: (error: unknown) => {
          settled = true;
          subscriber.error(error);
        },
        complete: () => {
          settled = true;
          subscriber.complete();
        },
      }),
    );
  });
  return call$.pipe(timeout({ each: timeoutMs, scheduler, with: () => throwError(() => new CallTimeout(timeoutMs)) }));
}

/** No answer, or no more of it, in time. */
export class CallTimeout extends Error {
  override readonly name = 'CallTimeout';
  readonly code = 'ETIMEDOUT';

  constructor(timeoutMs: number) {
    super(`No answer within ${String(timeoutMs)} ms`);
  }
}
