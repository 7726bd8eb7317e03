import { longestTimerMs } from '../operators/longest-timer.js';
import { nextTurn } from './next-turn.js';

/** Text that is made when it is asked for. */
export interface TextSource {
  /** The next piece, or undefined at the end. Never called before the one before was answered. */
  next(): Promise<string | undefined>;
  /** Nobody listens any more: a `next` under way answers undefined soon. Twice is as good as once. */
  close(): void;
}

export interface TextStreamOptions {
  /** Of the request. */
  readonly signal: AbortSignal;
  /** Milliseconds after which the body is over, whether its reader takes anything or not. */
  readonly lifeMs?: number;
  /** How it is over then: in good order, or broken off, so that nobody takes it for whole. Default `end`. */
  readonly ending?: 'end' | 'break';
}

/**
 * A body that asks its source for a piece when the socket has room for one: what a slow reader has not taken yet was never
 * made. Closes the source at the end, at a failure, when its time is over, and when the reader has gone.
 */
export function textStream(
  source: TextSource,
  { signal, lifeMs = Infinity, ending = 'end' }: TextStreamOptions,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let closed = false;
  let pulling = false;
  /** Its time is over. */
  let due = false;
  let expire = (): void => undefined;
  const life = timer(lifeMs, () => expire());
  const close = (): void => {
    if (closed) return;
    closed = true;
    clearTimeout(life);
    signal.removeEventListener('abort', close);
    source.close();
  };
  if (signal.aborted) close();
  else signal.addEventListener('abort', close);
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        expire = () => {
          due = true;
          // The piece that is being made is the last one.
          if (pulling) return source.close();
          close();
          if (ending === 'end') controller.close();
          else controller.error(new Error('the time of this stream is over'));
        };
      },
      async pull(controller) {
        pulling = true;
        try {
          // Four fast readers made other requests wait for 1.8 s without this, and 4 ms with it.
          await nextTurn();
          const text = closed ? undefined : await source.next();
          pulling = false;
          if (text !== undefined) {
            controller.enqueue(encoder.encode(text));
            if (due) expire();
            return;
          }
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

function timer(ms: number, act: () => void): ReturnType<typeof setTimeout> | undefined {
  return ms === Infinity ? undefined : setTimeout(act, Math.min(ms, longestTimerMs));
}
