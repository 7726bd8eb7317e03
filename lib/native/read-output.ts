import { catchError, concat, defer, filter, from, map, mergeMap, of, reduce, type Observable } from 'rxjs';
import type { ResultPage } from '../provider/native.js';
import type { ShardDraft } from '../store/shard-store.js';
import type { Awaited } from './awaited.js';
import type { NativeDraft } from './native-draft.js';
import { markOutput, offsetOf } from './output-marks.js';
import { CallRefused, patiently } from './patiently.js';
import { readPage } from './read-page.js';
import type { Shard } from './shard.js';
import type { ShardContext } from './shard-context.js';

type ByPosition = (position: number) => number | undefined;

/** Results without a key turned up: they can only be joined once it is known how many lines there are. */
class UnkeyedFound extends Error {
  override readonly name = 'UnkeyedFound';
}

/**
 * One output, from where it was left: each page of results in one transaction with the offset it reaches to, so that a cut
 * download or a kill is taken up right behind the last of them.
 */
export function readOutput(
  output: string,
  shard: Shard,
  awaited: Awaited,
  context: ShardContext,
): Observable<NativeDraft> {
  const done$ = defer(() => of(mark(shard, output, { read: true })));
  const pages$ = readPages(output, shard, awaited, undefined, context).pipe(
    catchError((error: unknown) => {
      if (!(error instanceof UnkeyedFound)) throw error;
      return positions(output, shard, context).pipe(
        mergeMap((byPosition) => readPages(output, shard, awaited, byPosition, context)),
      );
    }),
    catchError((error: unknown) => {
      if (!(error instanceof CallRefused)) throw error;
      // Gone for good: what was not read of it is missing.
      return of<NativeDraft>({ type: 'note', add: { lostOutputs: 1 } });
    }),
  );
  return concat(pages$, done$);
}

function readPages(
  output: string,
  shard: Shard,
  awaited: Awaited,
  byPosition: ByPosition | undefined,
  context: ShardContext,
): Observable<NativeDraft> {
  const { native } = context;
  return patiently(
    'results',
    (call) => native.results(output, offsetOf(shard.record.outputs, output), call),
    context,
  ).pipe(
    // An empty page is a sign of life.
    filter(({ results }) => results.length > 0),
    map((page): NativeDraft => {
      if (byPosition === undefined && page.results.some(({ kind }) => kind === 'unkeyed')) throw new UnkeyedFound();
      const { drafts, open } = readPage(page.results, shard, awaited, byPosition, context);
      if (open.length > 0) shard.leftover = true;
      return { type: 'group', drafts: [...drafts, mark(shard, output, { offset: page.offset }, open)] };
    }),
  );
}

function mark(
  shard: Shard,
  output: string,
  change: { readonly offset?: number; readonly read?: boolean },
  answered: readonly number[] = [],
): ShardDraft {
  const patch = { outputs: markOutput(shard.record.outputs, output, change) };
  shard.apply(patch);
  return { type: 'shard', shard: shard.record.shard, patch, answered };
}

/** By position only where the counts agree: a line more or less, and every answer would be somebody else's. */
function positions(output: string, shard: Shard, context: ShardContext): Observable<ByPosition> {
  const { native, store, lease } = context;
  const lines$ = patiently(
    'results',
    (call) =>
      from(native.results(output, 0, call)).pipe(reduce((sum, page: ResultPage) => sum + page.results.length, 0)),
    context,
  );
  return lines$.pipe(
    map((lines) => {
      const { shard: number, requests } = shard.record;
      if (lines !== requests) return () => undefined;
      const ordinals = Float64Array.from(store.shards.ordinals(lease.jobKey, number, 0, requests));
      return (position) => ordinals[position];
    }),
  );
}
