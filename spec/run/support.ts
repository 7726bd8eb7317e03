import type { ResolvedItem } from '../../lib/core/item.js';
import type { ItemError } from '../../lib/core/result.js';
import type { OutcomeOptions } from '../../lib/run/outcome.js';
import { toWorkItem, type WorkItem } from '../../lib/run/work-item.js';
import type { ClaimedItem } from '../../lib/store/store.js';

export function resolved(itemId = 'a'): ResolvedItem {
  return { itemId, input: { prompt: itemId }, model: 'm', params: {} };
}

export function workItem(ordinal = 1, parts: Partial<WorkItem> = {}): WorkItem {
  return { ...toWorkItem(claimed(ordinal), { model: 'm', params: {} }), ...parts };
}

export function claimed(ordinal: number): ClaimedItem {
  return { ordinal, itemId: `i${ordinal}`, request: `{"input":{"prompt":"i${ordinal}"}}`, starts: 0, failures: 0 };
}

/** Jitter at its most. */
export const outcomeOptions: OutcomeOptions = {
  maxAttempts: 3,
  backoff: { baseMs: 100, maxMs: 1_000 },
  keepRaw: 'always',
  random: () => 1,
};

export const failure: ItemError = { code: 'server_error', message: 'failed', status: 500, retryable: true };
