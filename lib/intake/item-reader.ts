import { AsyncSubject, from, map, type Observable, type ObservableInput, type Subscription } from 'rxjs';
import type { ItemSource } from '../options/map-options.js';

export type ItemStep = IteratorResult<unknown>;

/**
 * One value at a time from any source. A source that answers at once gives a result; others an Observable of it, which
 * gives the same again to whoever asks later. Between two calls nothing is read: that is the back-pressure.
 */
export interface ItemReader {
  next(): ItemStep | Observable<ItemStep>;
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
    next: () => {
      const step: unknown = (iterator ??= open()).next();
      return isThenable(step) ? from(step).pipe(map(checkedStep)) : checkedStep(step);
    },
    close: () => {
      if (closed) return;
      closed = true;
      try {
        // An async generator that waits answers later; nobody is left to hear a failure of its clean-up.
        Promise.resolve(iterator?.return?.()).catch(() => undefined);
      } catch {
        // Likewise.
      }
    },
  };
}

const isThenable = (step: unknown): step is PromiseLike<unknown> =>
  typeof step === 'object' && step !== null && 'then' in step;

/** Iterators made by hand may give anything. */
function checkedStep(step: unknown): ItemStep {
  if (typeof step === 'object' && step !== null) return step as ItemStep;
  const got = step === null ? 'null' : typeof step;
  throw new TypeError(`next() of the iterator must give { done, value }, and gave ${got}`);
}

/** An Observable pushes: what it sends before it is asked for waits here. Nothing in it is a promise: its time may be virtual. */
function pushReader(source: ObservableInput<unknown>): ItemReader {
  const waiting: unknown[] = [];
  let head = 0;
  let end: { readonly error?: unknown; readonly failed: boolean } | undefined;
  let ask: AsyncSubject<ItemStep> | undefined;
  let subscription: Subscription | undefined;

  const settle = (): void => {
    if (ask === undefined || (head === waiting.length && end === undefined)) return;
    const answer = ask;
    ask = undefined;
    if (head === waiting.length && end?.failed === true) {
      answer.error(end.error);
      return;
    }
    answer.next(head < waiting.length ? { done: false, value: take() } : { done: true, value: undefined });
    answer.complete();
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
      const answer = new AsyncSubject<ItemStep>();
      ask = answer;
      settle();
      return answer;
    },
    close: () => subscription?.unsubscribe(),
  };
}
