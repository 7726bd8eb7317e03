import { from, type Observable, type ObservableInput } from 'rxjs';
import { pullLanes, type MergePullOptions, type PullSource } from './pull-lanes.js';

export { DONE, IDLE, type MergePullOptions, type PullSource } from './pull-lanes.js';

/**
 * `mergeMap` with a concurrency limit over a source that is pulled: the next value is asked for only when a slot is
 * free, so the input may be endless. (`from(iterable).pipe(mergeMap(f, n))` reads its whole source into an array first.)
 */
export function mergePull<T, R>(
  source: PullSource<T>,
  project: (value: T) => ObservableInput<R>,
  options: MergePullOptions,
): Observable<R> {
  return pullLanes<T, R>(source, (value, lane) => lane.hold(from(project(value)).subscribe(lane)), options);
}
