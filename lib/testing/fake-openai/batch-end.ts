import type { BatchFailure } from '../fake-server/batch-options.js';
import type { FileWriter } from '../fake-server/file-writer.js';
import { lineFailure } from '../fake-server/run-line.js';
import type { Native } from './native.js';
import type { BatchOrder } from './openai-batch.js';

/** Makes a file of the provider from what a batch wrote; its id. */
export function keepFile(
  writer: FileWriter,
  kind: 'output' | 'error',
  order: BatchOrder,
  native: Native,
  at: number,
): string {
  const { path, bytes } = writer;
  const id = native.newId('file-');
  native.files.add({
    ...{ id, path, bytes, filename: `${order.id}_${kind}.jsonl`, purpose: 'batch_output' },
    ...{ mimeType: 'application/octet-stream', sha256: writer.digest(), generated: true },
    ...{ createdAt: at, expiresAt: at + order.outputLifeMs },
  });
  return id;
}

/** Why a batch fails that goes beyond the enqueued tokens of its model. */
export function tokenLimitExceeded(model: string, limit: number): BatchFailure {
  const message =
    `Enqueued token limit reached for ${model} in organization org-fake. Limit: ${limit.toLocaleString('en-US')} enqueued tokens. ` +
    'Please try again once some in_progress batches have been completed.';
  return lineFailure('token_limit_exceeded', message, null);
}
