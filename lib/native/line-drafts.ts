import type { ItemError } from '../core/result.js';
import type { NativeOutcome } from '../provider/native.js';
import { errResult, okResult, type OutcomeOptions } from '../run/outcome.js';
import type { WorkItem } from '../run/work-item.js';
import type { ShardMember } from '../store/shard-store.js';
import type { Draft } from '../store/store.js';
import type { SettleCause } from '../store/shard-store.js';

/** What becomes of an item: its draft, and whether that is its final result. */
export interface ItemOutcome {
  readonly draft: Draft | undefined;
  readonly final: boolean;
}

/** An item's outcome by its line of an output. `cancelled`: what was not processed is so on our own request. */
export function lineOutcome(
  member: ShardMember,
  outcome: NativeOutcome,
  cancelled: boolean,
  options: OutcomeOptions,
): ItemOutcome {
  const item = toWorkItem(member);
  switch (outcome.kind) {
    case 'ok':
      return { draft: { type: 'item', ordinal: item.ordinal, result: okResult(item, outcome, options) }, final: true };
    case 'error': {
      const { error, raw, usage } = outcome;
      const again = error.retryable && item.failures + 1 < options.maxAttempts;
      if (again) return attempted(item);
      return finished(
        item,
        { error, ...(raw === undefined ? {} : { raw }), ...(usage === undefined ? {} : { usage }) },
        options,
      );
    }
    case 'unprocessed': {
      if (cancelled) return { draft: undefined, final: false };
      const { code, message } = outcome;
      return unanswered(item, { code, message, retryable: true }, options);
    }
  }
}

/** An item's outcome where its batch ended without a line for it. */
export function settledOutcome(member: ShardMember, cause: SettleCause, options: OutcomeOptions): ItemOutcome {
  const item = toWorkItem(member);
  if (cause.error === null) return { draft: undefined, final: false };
  return cause.final ? finished(item, { error: cause.error }, options) : unanswered(item, cause.error, options);
}

/** A culprit's outcome: it fails, whatever attempts are left. */
export function culpritOutcome(
  member: ShardMember,
  error: SettleCause['culprits'][number]['error'],
  options: OutcomeOptions,
): ItemOutcome {
  return finished(toWorkItem(member), { error }, options);
}

type Failing = Pick<Extract<NativeOutcome, { kind: 'error' }>, 'error' | 'raw' | 'usage'>;

function unanswered(item: WorkItem, error: Failing['error'], options: OutcomeOptions): ItemOutcome {
  return item.failures + 1 < options.maxAttempts ? attempted(item) : finished(item, { error }, options);
}

function attempted(item: WorkItem): ItemOutcome {
  return { draft: { type: 'attempt', ordinal: item.ordinal, failures: item.failures + 1 }, final: false };
}

function finished(item: WorkItem, failing: Failing, options: OutcomeOptions): ItemOutcome {
  return { draft: failItem(item, failing.error, options, failing), final: true };
}

/** The final failure of an item. */
export function failItem(
  item: WorkItem,
  error: ItemError,
  options: OutcomeOptions,
  failing: Pick<Failing, 'raw' | 'usage'> = {},
): Extract<Draft, { type: 'item' }> {
  const result = errResult(item, error, item.failures + 1, failing, options);
  return { type: 'item', ordinal: item.ordinal, result };
}

function toWorkItem({ ordinal, itemId, failures, metadata }: ShardMember): WorkItem {
  const resolved = { itemId, input: null, model: undefined, params: {} };
  return { ordinal, resolved, metadata, failures, refusals: 0, passedBefore: -1, failedAt: undefined, straggles: 0 };
}
