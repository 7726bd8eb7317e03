import { filter, type OperatorFunction } from 'rxjs';

type OfType<E, K> = Extract<E, { readonly type: K }>;

/**
 * Lets only events of the named types through, narrowed: `job.pipe(ofType('item'))`.
 *
 * @typeParam O What comes out; a parameter of its own, or an expected type on the left would be taken for the input's.
 */
export function ofType<
  E extends { readonly type: string },
  const K extends E['type'],
  O extends OfType<E, K> = OfType<E, K>,
>(...types: readonly [K, ...K[]]): OperatorFunction<E, O> {
  const wanted: readonly string[] = types;
  return filter((event): event is E & O => wanted.includes(event.type));
}
