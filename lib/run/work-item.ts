import { BatchError } from '../core/errors.js';
import type { ResolvedItem } from '../core/item.js';
import type { ClaimedItem } from '../store/store.js';

/** An item on its way: what is sent, and how often that failed. */
export interface WorkItem {
  readonly ordinal: number;
  readonly resolved: ResolvedItem;
  readonly metadata: unknown;
  /** Failed attempts on record. */
  failures: number;
  /** Rate-limit refusals in this run between which others passed, or that it is too large for: it may be its own fault. */
  refusals: number;
  /** Good answers of the limiter at the last refusal. */
  passedBefore: number;
  /** When it failed first in this run, other than by a refusal; epoch milliseconds. */
  failedAt: number | undefined;
  /** Times this item was given up in this run for being slower than the others. */
  straggles: number;
}

/** What a job says for all its items. */
export interface ItemDefaults {
  readonly model: string | undefined;
  readonly params: Readonly<Record<string, unknown>>;
}

interface StoredRequest {
  readonly input: unknown;
  readonly model?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly metadata?: unknown;
}

export function resolveItem(
  itemId: string,
  item: Omit<StoredRequest, 'metadata'>,
  defaults: ItemDefaults,
): ResolvedItem {
  return {
    itemId,
    input: item.input,
    model: item.model ?? defaults.model,
    params: item.params === undefined ? defaults.params : { ...defaults.params, ...item.params },
  };
}

export function toWorkItem(claimed: ClaimedItem, defaults: ItemDefaults): WorkItem {
  const request = readRequest(claimed);
  return {
    ordinal: claimed.ordinal,
    resolved: resolveItem(claimed.itemId, request, defaults),
    metadata: request.metadata,
    failures: claimed.failures,
    refusals: 0,
    passedBefore: -1,
    failedAt: undefined,
    straggles: 0,
  };
}

function readRequest({ ordinal, request }: ClaimedItem): StoredRequest {
  try {
    return JSON.parse(request) as StoredRequest;
  } catch (error) {
    const text = `Item ${String(ordinal)} in the database is not what was written: the file is damaged; restore it from a copy, or read what is left with: openapi-batch results <job-id> --salvage`;
    throw new BatchError('store_corrupt', text, { cause: error });
  }
}
