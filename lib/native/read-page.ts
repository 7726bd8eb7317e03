import type { NativeOutcome, NativeResult } from '../provider/native.js';
import type { Draft } from '../store/store.js';
import type { Awaited } from './awaited.js';
import { ordinalOfKey } from './item-key.js';
import { lineOutcome } from './line-drafts.js';
import type { Shard } from './shard.js';
import type { ShardContext } from './shard-context.js';

export interface PageReading {
  /** Drafts of the results, without the mark of how far they reach. */
  readonly drafts: readonly Draft[];
  /** Answered, but not for good. */
  readonly open: readonly number[];
}

type Counts = Record<string, number>;

/**
 * Joins a page of results with the items of its shard, by key only; `byPosition` finds those without one, where the output
 * allows that. What belongs to nobody, or to somebody who has an answer, is counted.
 */
export function readPage(
  results: readonly NativeResult[],
  shard: Shard,
  awaited: Awaited,
  byPosition: ((position: number) => number | undefined) | undefined,
  context: ShardContext,
): PageReading {
  const counts: Counts = {};
  const joined = results.flatMap((result) => join(result, shard, awaited, byPosition, counts, context));
  const { store, lease, breaker } = context;
  const members = new Map(
    store.shards
      .members(
        lease.jobKey,
        joined.map(({ ordinal }) => ordinal),
      )
      .map((member) => [member.ordinal, member]),
  );
  const drafts: Draft[] = [];
  const open: number[] = [];
  for (const { ordinal, outcome } of joined) {
    const member = members.get(ordinal);
    if (member === undefined) continue;
    const { draft, final } = lineOutcome(member, outcome, shard.cancelled, context);
    awaited.answer(ordinal, final);
    if (draft !== undefined) drafts.push(draft);
    if (!final) open.push(ordinal);
    if (outcome.kind === 'unprocessed' && outcome.code === 'expired') count(counts, 'expiredItems');
    if (draft?.type === 'item') tripped(breaker.note(draft.result), context);
  }
  if (Object.keys(counts).length > 0) drafts.push({ type: 'note', add: counts });
  return { drafts, open };
}

interface Joined {
  readonly ordinal: number;
  readonly outcome: NativeOutcome;
}

function join(
  result: NativeResult,
  shard: Shard,
  awaited: Awaited,
  byPosition: ((position: number) => number | undefined) | undefined,
  counts: Counts,
  { store, lease }: ShardContext,
): readonly Joined[] {
  if (result.kind === 'unreadable') return count(counts, 'unreadableLines');
  const outcome = result.kind === 'unkeyed' ? result.outcome : result;
  const ordinal = result.kind === 'unkeyed' ? byPosition?.(result.position) : ordinalOfKey(result.key);
  if (ordinal === undefined) return count(counts, result.kind === 'unkeyed' ? 'unkeyedLines' : 'unknownLines');
  switch (awaited.state(ordinal)) {
    case 'awaited':
      if (result.kind === 'unkeyed') count(counts, 'matchedByPosition');
      // A second line of the same page is a duplicate already.
      awaited.answer(ordinal, true);
      return [{ ordinal, outcome }];
    case 'open':
      // An answer after a failure that was not final is worth having: it is paid for.
      return outcome.kind === 'ok' ? [{ ordinal, outcome }] : count(counts, 'duplicateLines');
    case 'answered':
      return count(counts, 'duplicateLines');
    default: {
      const { firstOrdinal, lastOrdinal } = shard.record;
      const known = ordinal >= firstOrdinal && ordinal <= lastOrdinal && store.shards.isSettled(lease.jobKey, ordinal);
      return count(counts, known ? 'duplicateLines' : 'unknownLines');
    }
  }
}

function count(counts: Counts, name: string): readonly never[] {
  counts[name] = (counts[name] ?? 0) + 1;
  return [];
}

/** Too many failures: the job pauses. */
export function tripped(message: string | undefined, { stop }: ShardContext): void {
  if (message !== undefined) stop({ kind: 'stop', status: 'paused', code: 'too_many_failures', message });
}
