import { isObservable, Observable, type SchedulerLike, type Subscription } from 'rxjs';
import { BatchError, isBatchError, messageOf } from '../core/errors.js';
import { jsonProblem } from '../core/json-value.js';
import { itemReader, type ItemStep } from '../intake/item-reader.js';
import type { ItemSource } from '../options/map-options.js';

/** Characters in one part of a body. */
const partLength = 1_000_000;
/** Milliseconds of reading before the page gets a turn. */
const sliceMs = 10;

/**
 * Reads a source to its end and emits the lines of its items, joined to few large parts: what can be sent again as it is,
 * should the connection break. Nothing is awaited in it, and unsubscribing closes the source.
 */
export function gatherItems(items: ItemSource, scheduler: SchedulerLike): Observable<readonly string[]> {
  return new Observable((subscriber) => {
    const reader = itemReader(items);
    const parts: string[] = [];
    let part = '';
    let count = 0;
    subscriber.add(() => reader.close());

    /** False at the end. */
    const take = (step: ItemStep): boolean => {
      if (step.done === true) return false;
      part += `${toLine(step.value, ++count)}\n`;
      if (part.length >= partLength) {
        parts.push(part);
        part = '';
      }
      return true;
    };
    const end = (): void => {
      subscriber.next(part === '' ? parts : [...parts, part]);
      subscriber.complete();
    };
    const read = (): void => {
      try {
        const until = scheduler.now() + sliceMs;
        while (scheduler.now() < until) {
          const step = reader.next();
          if (isObservable(step)) return subscriber.add(whenThere(step));
          if (!take(step)) return end();
        }
        subscriber.add(scheduler.schedule(read, 0));
      } catch (error) {
        subscriber.error(inputError(error));
      }
    };
    const whenThere = (step$: Observable<ItemStep>): Subscription =>
      step$.subscribe({
        next: (step) => {
          try {
            if (take(step)) read();
            else end();
          } catch (error) {
            subscriber.error(inputError(error));
          }
        },
        error: (error: unknown) => subscriber.error(inputError(error)),
      });
    read();
  });
}

function toLine(item: unknown, place: number): string {
  const value = typeof item === 'string' ? { input: item } : item;
  const problem = jsonProblem(value);
  if (problem !== undefined)
    throw new BatchError('invalid_item', `Item ${String(place)} cannot be written as JSON: ${problem}`);
  const line = JSON.stringify(value) as string | undefined;
  if (typeof value === 'object' && value !== null && line !== undefined) return line;
  throw new BatchError('invalid_item', `Item ${String(place)}: expected an object such as { input: "..." }`);
}

function inputError(error: unknown): BatchError {
  if (isBatchError(error)) return error;
  return new BatchError('input_failed', `The source of the items failed: ${messageOf(error)}`, { cause: error });
}
