import { isRecord } from '../../is-record.js';
import { readFailure } from '../../failure.js';
import type { BatchSubmission } from '../../native.js';
import { ProviderError, failureVerdict } from '../../provider-error.js';
import { toDisplayName, toFileId } from './marker.js';
import type { GeminiRest } from './plumbing.js';
import { slices } from './slices.js';

const mimeType = 'application/jsonl';
/** As the SDK does it; a multiple of the 256 KiB that the protocol asks for. */
const sliceBytes = 8 * 1024 ** 2;

/**
 * Uploads a shard by the resumable protocol, a slice at a time, under an id made of its marker. Resolves with the file's name,
 * `files/<id>`; a file that an earlier try has left under that id is taken where it is whole, and makes room where it is not.
 */
export async function uploadToGemini(
  rest: GeminiRest,
  submission: BatchSubmission,
  signal: AbortSignal,
): Promise<string> {
  const name = `files/${toFileId(submission.marker)}`;
  let url = await startNew(rest, name, submission, signal);
  if (url === undefined) {
    if (await isSame(rest, name, submission, signal)) return name;
    // Cut short, or it would be the same, so no batch is made of it. Whether it went, the next start tells.
    await rest.delete({ path: name, signal }).catch(() => undefined);
    url = await start(rest, name, submission, signal);
  }

  for (const { bytes, offset, last } of slices(submission.lines(), sliceBytes)) {
    const answer = await rest.postTo(url, {
      body: bytes,
      headers: {
        'X-Goog-Upload-Command': last ? 'upload, finalize' : 'upload',
        'X-Goog-Upload-Offset': String(offset),
        'Content-Type': mimeType,
      },
      signal,
    });
    const body: unknown = last ? await answer.json() : await answer.responseInternal.text();
    if (!last) continue;
    const file = isRecord(body) && isRecord(body['file']) ? body['file'] : undefined;
    if (typeof file?.['name'] === 'string') return file['name'];
  }
  throw new ProviderError(failureVerdict('invalid_response', 'the upload was answered without a file'));
}

/** Undefined where there is a file of that name. */
async function startNew(...asked: Parameters<typeof start>): Promise<string | undefined> {
  try {
    return await start(...asked);
  } catch (error) {
    if (readFailure(error).status === 409) return undefined;
    throw error;
  }
}

/** Asks where the bytes go. The server may be behind a proxy that it does not know of: its host is replaced, as the SDK does. */
async function start(
  rest: GeminiRest,
  name: string,
  { marker, bytes }: BatchSubmission,
  signal: AbortSignal,
): Promise<string> {
  const answer = await rest.post({
    path: 'upload/v1beta/files',
    body: JSON.stringify({ file: { name, displayName: toDisplayName(marker), mimeType } }),
    headers: {
      'Content-Type': 'application/json',
      'X-Goog-Upload-Protocol': 'resumable',
      'X-Goog-Upload-Command': 'start',
      'X-Goog-Upload-Header-Content-Length': String(bytes),
      'X-Goog-Upload-Header-Content-Type': mimeType,
    },
    signal,
  });
  await answer.responseInternal.text();
  const given = answer.headers['x-goog-upload-url'];
  if (given === undefined || !URL.canParse(given)) {
    throw new ProviderError(failureVerdict('invalid_response', 'the upload was not given a URL'));
  }
  const url = new URL(given);
  const asked = URL.canParse(answer.responseInternal.url) ? new URL(answer.responseInternal.url) : url;
  url.protocol = asked.protocol;
  url.host = asked.host;
  return url.href;
}

async function isSame(
  rest: GeminiRest,
  name: string,
  { marker, bytes }: BatchSubmission,
  signal: AbortSignal,
): Promise<boolean> {
  const file = await (await rest.get({ path: name, signal })).json();
  if (!isRecord(file)) return false;
  return file['displayName'] === toDisplayName(marker) && Number(file['sizeBytes']) === bytes;
}
