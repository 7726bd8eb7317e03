import { readFailure } from '../../failure.js';
import { linePages } from '../../native/result-lines.js';
import type { LinePage } from '../../native/result-lines.js';
import type { OpenAIPlumbing } from './plumbing.js';
import { noTimeout } from './plumbing.js';

/**
 * The lines of a file from a byte on. Where the server takes a `Range` (not documented for `/files/{id}/content`), only the
 * rest is fetched; else the whole, and the first bytes are passed over: what comes out is the same.
 */
export async function* downloadLines(
  client: OpenAIPlumbing,
  fileId: string,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<LinePage, void, undefined> {
  const response = await open(client, fileId, from, signal);
  const partial = from > 0 && startsAt(response, from);
  if (response.body === null) return;
  const chunks = response.body as unknown as AsyncIterable<Uint8Array>;
  yield* linePages(chunks, from, partial ? 0 : from);
}

async function open(client: OpenAIPlumbing, fileId: string, from: number, signal: AbortSignal): Promise<Response> {
  const path = `/files/${encodeURIComponent(fileId)}/content`;
  const accept = 'application/binary';
  const whole = (): Promise<Response> =>
    client.get(path, { headers: { accept }, signal, timeout: noTimeout }).asResponse();
  if (from === 0) return whole();
  try {
    const headers = { accept, range: `bytes=${from}-` };
    const response = await client.get(path, { headers, signal, timeout: noTimeout }).asResponse();
    if (response.status !== 206 || startsAt(response, from)) return response;
    await response.body?.cancel();
  } catch (error) {
    // Nothing is left after that byte.
    if (readFailure(error).status !== 416) throw error;
  }
  return whole();
}

function startsAt(response: Response, from: number): boolean {
  const range = response.headers.get('content-range') ?? '';
  return response.status === 206 && new RegExp(`^bytes\\s+${from}-`).test(range);
}
