import { isBatchError, type BatchError } from '../../../lib/core/errors.js';
import type { Result } from '../../../lib/core/result.js';
import type { BatchStore, Draft, Lease, NewItem, NewJob } from '../../../lib/store/store.js';

export function newJob(jobId = 'job'): NewJob {
  const plain = { provider: 'local_echo', endpoint: 'default', model: null, params: {}, settings: {} };
  return { jobId, ...plain, mode: 'auto', runMode: 'emulated', modeReason: 'because', tags: [], metadata: null };
}

/** A new job with so many items; the lease is held. */
export function openJob(store: BatchStore, count = 0, jobId = 'job'): { readonly key: number; readonly lease: Lease } {
  const { key } = store.createJob(newJob(jobId));
  const lease = store.acquire(jobId);
  const items = Array.from({ length: count }, (_, n): NewItem => ({
    itemId: `i${n + 1}`,
    hash: new Uint8Array(16),
    request: '{"input":"x"}',
  }));
  store.appendItems(lease, items);
  return { key, lease };
}

export function okDraft(ordinal: number, output: unknown = 'OK'): Draft {
  const result: Result = { itemId: `i${ordinal}`, ok: true, output, attempts: 1 };
  return { type: 'item', ordinal, result };
}

/** The `BatchError` a call throws. */
export function thrown(call: () => unknown): BatchError {
  try {
    call();
  } catch (error) {
    if (isBatchError(error)) return error;
    throw error;
  }
  throw new Error('expected the call to throw');
}
