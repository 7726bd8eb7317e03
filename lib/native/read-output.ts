import { catchError, concat, defer, EMPTY, filter, from, map, mergeMap, of, reduce, type Observable } from 'rxjs';
import type { NativeResult, ResultPage } from '../provider/native.js';
import type { OutputMark, ShardDraft } from '../store/shard-store.js';
import type { Awaited } from './awaited.js';
import type { NativeDraft } from './native-draft.js';
import { markOf, markOutput } from './output-marks.js';
import { CallRefused, patiently } from './patiently.js';
import { readPage } from './read-page.js';
import type { Readings } from './readings.js';
import type { Shard } from './shard.js';
import type { ShardContext } from './shard-context.js';

type ByPosition = (position: number) => number | undefined;

/** What is known while a shard's outputs are read. */
export interface Reading {
  readonly awaited: Awaited;
  readonly readings: Readings;
}

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
  reading: Reading,
  context: ShardContext,
): Observable<NativeDraft> {
  const { readings } = reading;
  const done$ = defer(() => {
    readings.done(output);
    return of(mark(shard, output, { read: true }));
  });
  const pages$ = readPages(output, shard, reading, undefined, context).pipe(
    catchError((error: unknown) => {
      if (!(error instanceof UnkeyedFound)) throw error;
      return positions(output, shard, context).pipe(
        mergeMap((byPosition) => readPages(output, shard, reading, byPosition, context)),
      );
    }),
    catchError((error: unknown) => {
      if (!(error instanceof CallRefused)) throw error;
      // Gone for good: what was not read of it is missing.
      readings.lost(output);
      return of<NativeDraft>({ type: 'note', add: { lostOutputs: 1 } });
    }),
  );
  return concat(goBack(output, shard, readings), pages$, done$);
}

/** To what was not understood the last time, perhaps by a process that is gone. */
function goBack(output: string, shard: Shard, readings: Readings): Observable<NativeDraft> {
  return defer(() => {
    const { doubtfulFrom: offset } = markOf(shard.record.outputs, output);
    if (offset === undefined) return EMPTY;
    if (readings.times(output) === 0) readings.done(output);
    return of(mark(shard, output, { offset, read: false, doubtfulFrom: undefined }));
  });
}

function readPages(
  output: string,
  shard: Shard,
  { awaited, readings }: Reading,
  byPosition: ByPosition | undefined,
  context: ShardContext,
): Observable<NativeDraft> {
  const { native } = context;
  return patiently(
    'results',
    (call) => native.results(output, markOf(shard.record.outputs, output).offset, call),
    shard,
    context,
  ).pipe(
    // An empty page is a sign of life.
    filter(({ results }) => results.length > 0),
    map((page): NativeDraft => {
      if (byPosition === undefined && page.results.some(({ kind }) => kind === 'unkeyed')) throw new UnkeyedFound();
      const { offset: begin, doubtfulFrom = begin } = markOf(shard.record.outputs, output);
      const doubt = page.results.some((result) => isRiddle(result, byPosition)) ? { doubtfulFrom } : {};
      const counted = readings.times(output) === 0;
      const { drafts, open } = readPage(page.results, shard, awaited, { byPosition, counted }, context);
      if (open.length > 0) shard.leftover = true;
      const marked = mark(shard, output, { offset: page.offset, ...doubt }, open);
      return { type: 'group', drafts: [...drafts, marked], bytes: page.offset - begin };
    }),
  );
}

function isRiddle(result: NativeResult, byPosition: ByPosition | undefined): boolean {
  if (result.kind === 'unkeyed') return byPosition?.(result.position) === undefined;
  return result.kind === 'unreadable';
}

function mark(shard: Shard, output: string, change: Partial<OutputMark>, answered: readonly number[] = []): ShardDraft {
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
    shard,
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
