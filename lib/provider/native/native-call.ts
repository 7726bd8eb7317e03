import { setMaxListeners } from 'node:events';
import { Observable } from 'rxjs';

/**
 * A call of a native capability as a cold Observable: each subscription runs it anew, and unsubscribing, like an abort of
 * `outer`, breaks it off down to the socket. Values are handed over one by one and a turn of the event loop apart: a consumer that
 * works synchronously holds the source back, and nobody else up for longer than one value takes.
 */
export function nativeCall<T>(outer: AbortSignal, run: (signal: AbortSignal) => AsyncIterable<T>): Observable<T> {
  return new Observable<T>((subscriber) => {
    const controller = new AbortController();
    // A call may be hundreds of requests, and each listens.
    setMaxListeners(0, controller.signal);
    const abort = (): void => controller.abort(outer.reason);
    if (outer.aborted) abort();
    outer.addEventListener('abort', abort, { once: true });
    subscriber.add(() => {
      outer.removeEventListener('abort', abort);
      controller.abort();
    });

    const drain = async (): Promise<void> => {
      controller.signal.throwIfAborted();
      for await (const value of run(controller.signal)) {
        subscriber.next(value);
        if (subscriber.closed) return;
        // A socket hands over megabytes within one turn.
        await nextTurn();
        // Given up meanwhile: the source must not be asked once more.
        controller.signal.throwIfAborted();
      }
    };
    drain().then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    );
  });
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
