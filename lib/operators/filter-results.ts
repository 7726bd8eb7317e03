import { filter, map, pipe, type OperatorFunction } from 'rxjs';
import type { BatchEvent } from '../core/events.js';
import type { ResultErr, ResultOk } from '../core/result.js';
import { ofType } from './of-type.js';

/** The good results, as they come. */
export function filterOk<T = unknown>(): OperatorFunction<BatchEvent<T>, ResultOk<T>> {
  return pipe(
    ofType<BatchEvent<T>, 'item'>('item'),
    map((event) => event.result),
    filter((result) => result.ok),
  );
}

/** The failed items, as they come. */
export function filterFailed<T = unknown>(): OperatorFunction<BatchEvent<T>, ResultErr> {
  return pipe(
    ofType<BatchEvent<T>, 'item'>('item'),
    map((event) => event.result),
    filter((result) => !result.ok),
  );
}
