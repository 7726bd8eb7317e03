import { concat, defer, EMPTY, mergeMap, of, type Observable } from 'rxjs';
import { inSlices } from '../operators/in-slices.js';
import type { SettleCause } from '../store/shard-store.js';
import type { Draft } from '../store/store.js';
import type { Awaited } from './awaited.js';
import { culpritOutcome, settledOutcome, type ItemOutcome } from './line-drafts.js';
import { loadAwaited } from './load-awaited.js';
import type { NativeDraft } from './native-draft.js';
import { tripped } from './read-page.js';
import { putBack } from './settle-cause.js';
import type { Shard } from './shard.js';
import type { ShardContext } from './shard-context.js';

const pageSize = 256;
const releaseSize = 5_000;

/** Carries out what was decided before, perhaps by a process that is gone. */
export function settleStage(shard: Shard, context: ShardContext): Observable<NativeDraft> {
  return loadAwaited(shard, context).pipe(mergeMap((awaited) => settleItems(shard, awaited, context)));
}

/** Culprits first, then everybody without an answer; then the shard lets go of its items. */
export function settleItems(shard: Shard, awaited: Awaited, context: ShardContext): Observable<NativeDraft> {
  return defer(() => {
    const cause = shard.record.cause ?? putBack;
    return concat(
      culprits(shard, cause, awaited, context),
      others(shard, cause, awaited, context),
      release(shard, context),
    );
  });
}

function culprits(shard: Shard, cause: SettleCause, awaited: Awaited, context: ShardContext): Observable<NativeDraft> {
  const { store, lease } = context;
  const errors = new Map(cause.culprits.map(({ ordinal, error }) => [ordinal, error]));
  const members = store.shards.members(
    lease.jobKey,
    [...errors.keys()].filter((ordinal) => awaited.state(ordinal) === 'awaited'),
  );
  const outcomes = members.flatMap((member) => {
    const error = errors.get(member.ordinal);
    return error === undefined ? [] : [{ ordinal: member.ordinal, outcome: culpritOutcome(member, error, context) }];
  });
  return outcomes.length === 0 ? EMPTY : of(group(shard, outcomes, awaited, {}, context));
}

function others(shard: Shard, cause: SettleCause, awaited: Awaited, context: ShardContext): Observable<NativeDraft> {
  if (cause.error === null) {
    if (awaited.left > 0) shard.leftover = true;
    return EMPTY;
  }
  const { store, lease, scheduler } = context;
  let after = 0;
  return inSlices(
    () => {
      const page = awaited.page(after, pageSize);
      after = page.at(-1) ?? after;
      if (page.length === 0) return [];
      const outcomes = store.shards
        .members(lease.jobKey, page)
        .map((member) => ({ ordinal: member.ordinal, outcome: settledOutcome(member, cause, context) }));
      return [group(shard, outcomes, awaited, cause.note === null ? {} : { [cause.note]: page.length }, context)];
    },
    { scheduler },
  );
}

function group(
  shard: Shard,
  outcomes: readonly { readonly ordinal: number; readonly outcome: ItemOutcome }[],
  awaited: Awaited,
  notes: Readonly<Record<string, number>>,
  context: ShardContext,
): NativeDraft {
  const drafts: Draft[] = [];
  const answered: number[] = [];
  for (const { ordinal, outcome } of outcomes) {
    awaited.answer(ordinal, outcome.final);
    if (outcome.draft !== undefined) drafts.push(outcome.draft);
    if (outcome.draft?.type === 'item') tripped(context.breaker.note(outcome.draft.result), context);
    if (!outcome.final) answered.push(ordinal);
  }
  if (answered.length > 0) shard.leftover = true;
  drafts.push({ type: 'shard', shard: shard.record.shard, answered });
  if (Object.keys(notes).length > 0) drafts.push({ type: 'note', add: notes });
  return { type: 'group', drafts };
}

/** A piece at a time, as one large deletion would hold up the event loop; the end is the last of it. */
function release(shard: Shard, { scheduler }: ShardContext): Observable<NativeDraft> {
  const { shard: number, requests } = shard.record;
  let left = Math.ceil(requests / releaseSize);
  const pieces$ = inSlices<NativeDraft>(
    () => (left-- > 0 ? [{ type: 'shard', shard: number, release: releaseSize }] : []),
    { scheduler },
  );
  const end$ = defer(() => {
    const patch = shard.after('settled', { cause: null });
    shard.apply(patch);
    return of<NativeDraft>({ type: 'shard', shard: number, patch });
  });
  return concat(pieces$, end$);
}
