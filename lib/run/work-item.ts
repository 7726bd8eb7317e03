import type { ResolvedItem } from '../core/item.js';
import type { ClaimedItem } from '../store/store.js';

/** An item on its way: what is sent, and how often that failed. */
export interface WorkItem {
  readonly ordinal: number;
  readonly resolved: ResolvedItem;
  readonly metadata: unknown;
  /** Failed attempts on record. */
  failures: number;
  /** Rate-limit refusals in a row in this run. */
  refusals: number;
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
  const request = JSON.parse(claimed.request) as StoredRequest;
  return {
    ordinal: claimed.ordinal,
    resolved: resolveItem(claimed.itemId, request, defaults),
    metadata: request.metadata,
    failures: claimed.failures,
    refusals: 0,
  };
}
