import { filterFailed, filterOk, mapBatch, type BatchClientApi } from 'openapi-batch';
import { map, merge, scan, share, type Observable } from 'rxjs';

export interface Tally {
  readonly liked: number;
  readonly disliked: number;
  readonly unclear: number;
}

/** A pipeline of your own: asks what each review thinks and counts, answer by answer. */
export function tally(
  client: BatchClientApi,
  reviews$: Observable<{ readonly id: string; readonly text: string }>,
): Observable<Tally> {
  const events$ = reviews$.pipe(
    map(({ id, text }) => ({ itemId: id, input: { prompt: `Does the author like it, yes or no? ${text}` } })),
    mapBatch<string>(client),
    share(),
  );
  const answers$ = events$.pipe(
    filterOk(),
    map(({ output }): keyof Tally => (output === 'yes' ? 'liked' : output === 'no' ? 'disliked' : 'unclear')),
  );
  const failures$ = events$.pipe(
    filterFailed(),
    map((): keyof Tally => 'unclear'),
  );
  return merge(answers$, failures$).pipe(
    scan((counts, verdict) => ({ ...counts, [verdict]: counts[verdict] + 1 }), { liked: 0, disliked: 0, unclear: 0 }),
  );
}
