import { isRecord } from '../../is-record.js';
import type { RemoteBatch, RemoteStatus } from '../../native.js';
import { ProviderError, failureVerdict } from '../../provider-error.js';
import { remoteId } from '../../native/remote-id.js';
import { markerOfMetadata } from './marker.js';
import { asRecord } from './plumbing.js';
import { readFaults } from './read-faults.js';

type Json = Readonly<Record<string, unknown>>;

/** OpenAI's statuses (API description, Batch.status) and those of compatible servers, in lower case. */
const statuses: ReadonlyMap<string, RemoteStatus> = new Map(
  Object.entries<RemoteStatus>({
    ...{ validating: 'queued', queued: 'queued', pending: 'queued', created: 'queued', not_started: 'queued' },
    ...{ in_progress: 'running', running: 'running', processing: 'running', finalizing: 'running' },
    ...{ completed: 'completed', success: 'completed', succeeded: 'completed' },
    ...{ cancelling: 'cancelling', canceling: 'cancelling', cancellation_requested: 'cancelling' },
    ...{ cancelled: 'cancelled', canceled: 'cancelled' },
    ...{ failed: 'failed', error: 'failed', expired: 'expired', timeout_exceeded: 'expired' },
  }),
);

/**
 * A batch as OpenAI, Azure or a compatible server tells it. Only id and status are relied on: counts may be null, file ids
 * `""`, null or absent, statuses in capitals, times in ISO form, the whole within `{ job, warning }` (Together). A status
 * nobody has seen yet counts as running. Throws a ProviderError for what is no batch.
 */
export function readBatch(data: unknown): RemoteBatch {
  const body = asRecord(data) ?? {};
  const batch = isRecord(body['job']) ? body['job'] : body;
  const { status } = batch;
  const id = remoteId(batch['id']);
  if (id === undefined || typeof status !== 'string') {
    throw new ProviderError(failureVerdict('invalid_response', 'expected a batch with "id" and "status"'));
  }
  const files = [batch['output_file_id'], batch['error_file_id']];
  return {
    batchId: id,
    status: statuses.get(status.toLowerCase()) ?? 'running',
    said: status,
    marker: markerOfMetadata(batch['metadata']),
    counts: countsOf(batch['request_counts']),
    outputs: files.flatMap((file) => remoteId(file) ?? []),
    inputFileId: remoteId(batch['input_file_id']),
    faults: readFaults(batch),
    createdAt: timeOf(batch['created_at']),
  };
}

function countsOf(counts: unknown): RemoteBatch['counts'] {
  if (!isRecord(counts)) return undefined;
  const { total, completed, failed }: Json = counts;
  if (typeof total !== 'number') return undefined;
  const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
  return { total, completed: number(completed), failed: number(failed) };
}

/** Unix seconds, or an ISO date. */
function timeOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value * 1000;
  const time = typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isNaN(time) ? undefined : time;
}
