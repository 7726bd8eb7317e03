import { from, type ObservableInput, type Subscription } from 'rxjs';
import type { ItemSource } from '../options/map-options.js';

/**
 * One value at a time from any source. A source that answers at once gives a result, others a promise of it. Between two
 * calls nothing is read: that is the back-pressure.
 */
export interface ItemReader {
  next(): IteratorResult<unknown> | PromiseLike<IteratorResult<unknown>>;
  /** Tells the source that no more is wanted. Twice is as good as once. */
  close(): void;
}

/** Arrays, iterables, async iterables (Node streams among them) and Observables; opened at the first `next()`. */
export function itemReader(source: ItemSource): ItemReader {
  if (Symbol.asyncIterator in source) return iteratorReader(() => source[Symbol.asyncIterator]());
  if (Symbol.iterator in source) return iteratorReader(() => source[Symbol.iterator]());
  return pushReader(source);
}

type AnyIterator = Iterator<unknown, unknown> | AsyncIterator<unknown, unknown>;

function iteratorReader(open: () => AnyIterator): ItemReader {
  let iterator: AnyIterator | undefined;
  let closed = false;
  return {
    next: () => (iterator ??= open()).next(),
    close: () => {
      if (closed) return;
      closed = true;
      try {
        // An async generator that waits answers later; nobody is left to hear a failure of its clean-up.
        const answer = iterator?.return?.();
        if (answer instanceof Promise) answer.catch(() => undefined);
      } catch {
        // Likewise.
      }
    },
  };
}

/** An Observable pushes: what it sends before it is asked for waits here. */
function pushReader(source: ObservableInput<unknown>): ItemReader {
  const waiting: unknown[] = [];
  let head = 0;
  let end: { readonly error?: unknown; readonly failed: boolean } | undefined;
  let ask: { resolve: (result: IteratorResult<unknown>) => void; reject: (error: unknown) => void } | undefined;
  let subscription: Subscription | undefined;

  const settle = (): void => {
    if (ask === undefined) return;
    const { resolve, reject } = ask;
    if (head < waiting.length) {
      ask = undefined;
      resolve({ done: false, value: take() });
    } else if (end !== undefined) {
      ask = undefined;
      if (end.failed) reject(end.error);
      else resolve({ done: true, value: undefined });
    }
  };
  const take = (): unknown => {
    const value = waiting[head];
    waiting[head++] = undefined;
    if (head > 1024 && head * 2 > waiting.length) {
      waiting.splice(0, head);
      head = 0;
    }
    return value;
  };
  const open = (): Subscription =>
    from(source).subscribe({
      next: (value) => {
        waiting.push(value);
        settle();
      },
      error: (error: unknown) => {
        end = { error, failed: true };
        settle();
      },
      complete: () => {
        end = { failed: false };
        settle();
      },
    });

  return {
    next: () => {
      subscription ??= open();
      if (head < waiting.length) return { done: false, value: take() };
      return new Promise((resolve, reject) => {
        ask = { resolve, reject };
        settle();
      });
    },
    close: () => subscription?.unsubscribe(),
  };
}
