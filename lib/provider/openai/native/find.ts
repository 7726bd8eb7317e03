import { readFailure } from '../../failure.js';
import { isRecord } from '../../is-record.js';
import type { BatchMarker, RemoteBatch } from '../../native.js';
import { ProviderError, failureVerdict } from '../../provider-error.js';
import { markerOfFileName } from './marker.js';
import type { OpenAIPlumbing } from './plumbing.js';
import { asRecord } from './plumbing.js';
import { readBatch } from './read-batch.js';

type Json = Readonly<Record<string, unknown>>;

/**
 * Every batch of a run, page by page: the list can be filtered by nothing, and its order is not documented. A server that
 * keeps no `metadata` is asked for its files too, for the name of the input file says the same.
 */
export async function* findBatches(
  client: OpenAIPlumbing,
  run: string,
  signal: AbortSignal,
): AsyncGenerator<RemoteBatch, void, undefined> {
  const unmarked: RemoteBatch[] = [];
  for await (const entry of listAll(client, '/batches', { limit: 100 }, signal)) {
    const batch = readBatch(entry);
    if (batch.marker?.run === run) yield batch;
    // Metadata without a marker is somebody else's.
    else if (!hasMetadata(entry) && batch.inputFileId !== undefined) unmarked.push(batch);
  }
  if (unmarked.length === 0) return;
  const markers = await markersOfFiles(client, run, signal);
  for (const batch of unmarked) {
    const marker = markers.get(batch.inputFileId ?? '');
    if (marker !== undefined) yield { ...batch, marker };
  }
}

async function markersOfFiles(
  client: OpenAIPlumbing,
  run: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, BatchMarker>> {
  const markers = new Map<string, BatchMarker>();
  try {
    for await (const { id, filename } of listAll(client, '/files', { purpose: 'batch', limit: 10_000 }, signal)) {
      const marker = markerOfFileName(filename);
      if (typeof id === 'string' && marker?.run === run) markers.set(id, marker);
    }
  } catch (error) {
    const { status } = readFailure(error);
    // A server without a list of files; any other error leaves the search unfinished.
    if (status !== 404 && status !== 405 && status !== 501) throw error;
  }
  return markers;
}

async function* listAll(
  client: OpenAIPlumbing,
  path: string,
  query: Readonly<Record<string, string | number>>,
  signal: AbortSignal,
): AsyncGenerator<Json, void, undefined> {
  const places = new Set<string>();
  let after: string | undefined;
  for (;;) {
    const page: unknown = await client.get(path, {
      query: { ...query, ...(after === undefined ? {} : { after }) },
      signal,
    });
    const body = asRecord(page);
    const data = Array.isArray(page) ? (page as readonly unknown[]) : body?.['data'];
    if (!Array.isArray(data) || isRecord(body?.['error'])) throw invalid(`${path}: expected a list`);
    const entries = data.filter(isRecord);
    yield* entries;
    const last = body?.['last_id'] ?? entries.at(-1)?.['id'];
    if (body?.['has_more'] === false || Array.isArray(page)) return;
    if (typeof last !== 'string') {
      // Half a list would be taken for proof that the rest of it does not exist.
      if (body?.['has_more'] === true) throw invalid(`${path}: more is said to follow, but not where`);
      return;
    }
    // A server that does not know `after` gives the first page again; a broken one, pages in a circle.
    if (places.has(last)) return;
    places.add(last);
    after = last;
  }
}

function invalid(message: string): ProviderError {
  return new ProviderError(failureVerdict('invalid_response', message));
}

function hasMetadata({ metadata }: Json): boolean {
  return isRecord(metadata) && Object.keys(metadata).length > 0;
}
