import { filter, type OperatorFunction } from 'rxjs';

/** Lets only events of the named types through, narrowed: `job.pipe(ofType('item'))`. */
export function ofType<E extends { readonly type: string }, const K extends E['type']>(
  ...types: readonly [K, ...K[]]
): OperatorFunction<E, Extract<E, { readonly type: K }>> {
  const wanted: readonly string[] = types;
  return filter((event): event is Extract<E, { readonly type: K }> => wanted.includes(event.type));
}
