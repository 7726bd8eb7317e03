import { isRecord } from '../../is-record.js';
import type { RemoteBatch, RemoteStatus } from '../../native.js';
import { ProviderError, failureVerdict } from '../../provider-error.js';
import { remoteId } from '../../native/remote-id.js';
import { markerOf } from './marker.js';
import { readFaults } from './read-faults.js';

type Json = Readonly<Record<string, unknown>>;

/** The wire's `BATCH_STATE_*` (v1beta discovery document) and the `JOB_STATE_*` of docs and SDKs, without their prefix. */
const states: ReadonlyMap<string, RemoteStatus> = new Map(
  Object.entries<RemoteStatus>({
    ...{ PENDING: 'queued', QUEUED: 'queued', RUNNING: 'running', UPDATING: 'running', PAUSED: 'running' },
    ...{ SUCCEEDED: 'completed', PARTIALLY_SUCCEEDED: 'completed', CANCELLING: 'cancelling', CANCELLED: 'cancelled' },
    ...{ FAILED: 'failed', EXPIRED: 'expired' },
  }),
);
const inlinePrefix = 'inline:';

/**
 * A batch from the operation that GET `batches/{id}` answers: its metadata are the batch, its `error` the reason of a failure.
 * Counts are 64-bit and so strings, zeros are left out. Throws a ProviderError for what is no batch.
 */
export function readOperation(operation: unknown): RemoteBatch {
  const body: Json = isRecord(operation) ? operation : {};
  const batch = isRecord(body['metadata']) ? body['metadata'] : body;
  const name = remoteId(body['name'] ?? batch['name']);
  if (name === undefined) {
    throw new ProviderError(failureVerdict('invalid_response', 'expected an operation with "name"'));
  }
  const said = typeof batch['state'] === 'string' ? batch['state'] : '';
  const status = states.get(said.replace(/^(BATCH|JOB)_STATE_/, '')) ?? statusOf(body);
  const { inputConfig, createTime } = batch;
  const file = isRecord(inputConfig) ? remoteId(inputConfig['fileName'] ?? inputConfig['file_name']) : undefined;
  const created = Date.parse(typeof createTime === 'string' ? createTime : '');
  return {
    batchId: name,
    status,
    said,
    marker: markerOf(batch['displayName']),
    counts: countsOf(batch['batchStats']),
    outputs: outputsOf(name, batch['output'] ?? body['response'] ?? batch['dest']),
    inputFileId: file,
    faults: status === 'failed' ? readFaults(body['error'] ?? batch['error']) : [],
    createdAt: Number.isNaN(created) ? undefined : created,
  };
}

/** The batch whose answers are within its operation, or undefined for an output that is a file. */
export function inlineBatch(output: string): string | undefined {
  return output.startsWith(inlinePrefix) ? output.slice(inlinePrefix.length) : undefined;
}

/** Answers that came inline, which happens though the input was a file (bifrost#3951). */
export function inlineResponses(operation: unknown): readonly unknown[] {
  const body: Json = isRecord(operation) ? operation : {};
  const batch = isRecord(body['metadata']) ? body['metadata'] : {};
  const found = [batch['output'], body['response'], batch['dest']].map(inlineOf);
  return found.find((responses) => responses !== undefined) ?? [];
}

function inlineOf(output: unknown): readonly unknown[] | undefined {
  let inlined = isRecord(output) ? (output['inlinedResponses'] ?? output['inlinedEmbedContentResponses']) : undefined;
  if (isRecord(inlined)) inlined = inlined['inlinedResponses'];
  return Array.isArray(inlined) ? inlined : undefined;
}

function outputsOf(name: string, output: unknown): readonly string[] {
  if (!isRecord(output)) return [];
  const file = remoteId(output['responsesFile'] ?? output['fileName']);
  if (file !== undefined) return [file];
  return inlineOf(output) === undefined ? [] : [`${inlinePrefix}${name}`];
}

/** Of a state that is missing or not known yet. */
function statusOf({ done, error }: Json): RemoteStatus {
  if (done !== true) return 'running';
  return isRecord(error) ? 'failed' : 'completed';
}

function countsOf(stats: unknown): RemoteBatch['counts'] {
  if (!isRecord(stats)) return undefined;
  const count = (name: string): number => Number(stats[name] ?? 0) || 0;
  return {
    total: count('requestCount'),
    completed: count('successfulRequestCount'),
    failed: count('failedRequestCount'),
  };
}
