import type { StoredFile } from './file-shelf.js';
import type { Reply } from './reply.js';

/** A file's content as a stream; a part of it where a `Range` header (`bytes=100-`, `bytes=0-99`) is to be honoured. */
export function contentOf({ path, bytes, mimeType, filename }: StoredFile, range?: string): Reply {
  const headers = {
    'content-type': mimeType,
    'content-disposition': `attachment; filename="${filename.replace(/["\r\n]/g, '')}"`,
  };
  const match = /^bytes=(\d+)-(\d*)$/.exec(range ?? '');
  if (!match) return { status: 200, headers, body: { path, start: 0, end: bytes } };
  const start = Number(match[1]);
  const end = match[2] === '' ? bytes : Math.min(bytes, Number(match[2]) + 1);
  if (start >= end) return { status: 416, headers: { 'content-range': `bytes */${bytes}` }, body: '' };
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${start}-${end - 1}/${bytes}` },
    body: { path, start, end },
  };
}
