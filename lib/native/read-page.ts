import type { NativeOutcome, NativeResult } from '../provider/native.js';
import type { ShardMember } from '../store/shard-store.js';
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

export interface PageJoin {
  /** Finds the item of a result without a key, where the output allows that. */
  readonly byPosition: ((position: number) => number | undefined) | undefined;
  /** Whether lines of no use are counted: those of a second reading were. */
  readonly counted: boolean;
}

/**
 * Joins a page of results with the items of its shard, by key only, or by position. What belongs to nobody, or to somebody
 * who has an answer, is counted.
 */
export function readPage(
  results: readonly NativeResult[],
  shard: Shard,
  awaited: Awaited,
  { byPosition, counted }: PageJoin,
  context: ShardContext,
): PageReading {
  const counts: Counts = {};
  const useless: Counts = counted ? counts : {};
  const named = results.flatMap((result) => nameItem(result, byPosition, useless));
  const members = membersOf(named, awaited, context);
  const drafts: Draft[] = [];
  const open: number[] = [];
  for (const { ordinal, outcome, unkeyed } of named) {
    const member = members.get(ordinal);
    const state = awaited.state(ordinal);
    // An answer after a failure that was not final is worth having: it is paid for.
    const wanted = state === 'awaited' || (state === 'open' && outcome.kind === 'ok');
    if (member === undefined || !wanted) {
      count(useless, state === 'none' && !isAnswered(ordinal, shard, context) ? 'unknownLines' : 'duplicateLines');
      continue;
    }
    const { draft, final } = lineOutcome(member, outcome, shard.cancelled, context);
    awaited.answer(ordinal, final);
    if (draft !== undefined) drafts.push(draft);
    if (!final) open.push(ordinal);
    if (unkeyed) count(counts, 'matchedByPosition');
    if (outcome.kind === 'unprocessed' && outcome.code === 'expired') count(counts, 'expiredItems');
    if (draft?.type === 'item') tripped(context.breaker.note(draft.result), context);
  }
  if (Object.keys(counts).length > 0) drafts.push({ type: 'note', add: counts });
  return { drafts, open };
}

interface Named {
  readonly ordinal: number;
  readonly outcome: NativeOutcome;
  readonly unkeyed: boolean;
}

function nameItem(
  result: NativeResult,
  byPosition: ((position: number) => number | undefined) | undefined,
  counts: Counts,
): readonly Named[] {
  if (result.kind === 'unreadable') return count(counts, 'unreadableLines');
  const unkeyed = result.kind === 'unkeyed';
  const ordinal = unkeyed ? byPosition?.(result.position) : ordinalOfKey(result.key);
  if (ordinal === undefined) return count(counts, unkeyed ? 'unkeyedLines' : 'unknownLines');
  return [{ ordinal, outcome: unkeyed ? result.outcome : result, unkeyed }];
}

function membersOf(
  named: readonly Named[],
  awaited: Awaited,
  { store, lease }: ShardContext,
): ReadonlyMap<number, ShardMember> {
  const ordinals = named.map(({ ordinal }) => ordinal).filter((ordinal) => awaited.state(ordinal) !== 'none');
  return new Map(store.shards.members(lease.jobKey, ordinals).map((member) => [member.ordinal, member]));
}

/** Dealt with before this reading began. */
function isAnswered(ordinal: number, { record }: Shard, { store, lease }: ShardContext): boolean {
  if (ordinal < record.firstOrdinal || ordinal > record.lastOrdinal) return false;
  return store.shards.isSettled(lease.jobKey, ordinal);
}

function count(counts: Counts, name: string): readonly never[] {
  counts[name] = (counts[name] ?? 0) + 1;
  return [];
}

/** Too many failures: the job pauses. */
export function tripped(message: string | undefined, { stop }: ShardContext): void {
  if (message !== undefined) stop({ kind: 'stop', status: 'paused', code: 'too_many_failures', message });
}
