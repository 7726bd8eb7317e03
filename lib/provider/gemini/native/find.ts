import { readFailure } from '../../failure.js';
import { isRecord } from '../../is-record.js';
import type { BatchMarker, RemoteBatch } from '../../native.js';
import { ProviderError, failureVerdict } from '../../provider-error.js';
import { filePrefix, markerOf } from './marker.js';
import type { GeminiRest } from './plumbing.js';
import { readOperation } from './read-operation.js';

/**
 * Every batch of a run, page by page (a filter is refused outside Vertex). A batch without a display name is known by its
 * input file, whose display name says the same.
 */
export async function* findBatches(
  rest: GeminiRest,
  run: string,
  signal: AbortSignal,
): AsyncGenerator<RemoteBatch, void, undefined> {
  const ours = `files/${filePrefix(run)}`;
  const tokens = new Set<string>();
  let pageToken: string | undefined;
  for (;;) {
    const query = { pageSize: '100', ...(pageToken === undefined ? {} : { pageToken }) };
    const body = await (await rest.get({ path: 'batches', query, signal })).json();
    if (!isList(body)) throw new ProviderError(failureVerdict('invalid_response', 'batches: expected a list'));
    for (const operation of body.operations ?? []) {
      const batch = readOperation(operation);
      if (batch.marker?.run === run) yield batch;
      if (batch.marker !== undefined || batch.inputFileId?.startsWith(ours) !== true) continue;
      const marker = await markerOfFile(rest, batch.inputFileId, signal);
      if (marker?.run === run) yield { ...batch, marker };
    }
    const next = body.nextPageToken ?? '';
    // A token that came before leads in a circle.
    if (next === '' || tokens.has(next)) return;
    tokens.add(next);
    pageToken = next;
  }
}

interface Page {
  readonly operations?: readonly unknown[];
  readonly nextPageToken?: string;
}

/** Nothing found is proof that nothing is there, so no other answer may pass for an empty page: that is `{}`. */
function isList(body: unknown): body is Page {
  if (!isRecord(body)) return false;
  const { operations, nextPageToken = '', ...rest } = body;
  if (typeof nextPageToken !== 'string') return false;
  return operations === undefined
    ? Object.keys(rest).length === 0
    : Array.isArray(operations) && !isRecord(rest['error']);
}

async function markerOfFile(rest: GeminiRest, name: string, signal: AbortSignal): Promise<BatchMarker | undefined> {
  try {
    const file = await (await rest.get({ path: name, signal })).json();
    return isRecord(file) ? markerOf(file['displayName']) : undefined;
  } catch (error) {
    const { status } = readFailure(error);
    // Gone after its 48 hours.
    if (status === 403 || status === 404) return undefined;
    throw error;
  }
}
