import { rm } from 'node:fs/promises';
import type { RouteContext } from '../fake-server/api.js';
import { FileWriter } from '../fake-server/file-writer.js';
import type { StoredFile } from '../fake-server/file-shelf.js';
import { drain } from '../fake-server/incoming.js';
import { boundaryOf, type PartHead, type PartSink, readMultipart } from '../fake-server/multipart.js';
import { json, type Reply } from '../fake-server/reply.js';
import { missingParameter, openaiError } from './error-body.js';
import { fileBody } from './file-body.js';
import type { Native } from './native.js';

const thirtyDaysMs = 30 * 24 * 3_600_000;
const purposes = ['assistants', 'batch', 'fine-tune', 'vision', 'user_data', 'evals'];

/** POST /files: multipart, streamed to disk. */
export async function uploadFile({ incoming }: RouteContext, native: Native): Promise<Reply> {
  const boundary = boundaryOf(incoming.headers['content-type']);
  if (boundary === undefined) {
    await drain(incoming);
    return openaiError(400, 'Expected a multipart/form-data body.');
  }
  const fields = new Map<string, string>();
  const uploads: Upload[] = [];
  const complete = await readMultipart(incoming, boundary, (head) =>
    head.filename === undefined ? fieldSink(head, fields) : fileSink(head, head.filename, native, uploads),
  );
  const [upload] = uploads;
  const refusal = complete
    ? refuse(fields, upload, native)
    : openaiError(400, 'The upload ended before its last boundary.');
  if (refusal || !upload) {
    for (const { writer } of uploads) await rm(writer.path, { force: true });
    return refusal ?? missingParameter('file');
  }
  return json(200, fileBody(keep(upload, fields, native)));
}

interface Upload {
  readonly filename: string;
  readonly writer: FileWriter;
}

function fieldSink({ name }: PartHead, fields: Map<string, string>): PartSink {
  return {
    write: (piece) => {
      fields.set(name, (fields.get(name) ?? '') + piece.toString('utf8'));
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

function fileSink({ name }: PartHead, filename: string, { parts }: Native, uploads: Upload[]): PartSink {
  const writer = new FileWriter(parts.temp.next());
  if (name === 'file') uploads.push({ filename, writer });
  return writer;
}

function refuse(fields: ReadonlyMap<string, string>, upload: Upload | undefined, { parts }: Native): Reply | undefined {
  const purpose = fields.get('purpose');
  if (!upload) return missingParameter('file');
  if (purpose === undefined) return missingParameter('purpose');
  if (!purposes.includes(purpose))
    return openaiError(400, `'${purpose}' is not one of [${purposes.join(', ')}] - 'purpose'`, { param: 'purpose' });
  const seconds = Number(fields.get('expires_after[seconds]') ?? 3_600);
  if (!(seconds >= 3_600 && seconds <= 2_592_000)) {
    return openaiError(400, 'expires_after.seconds must be between 3600 and 2592000.', {
      param: 'expires_after.seconds',
    });
  }
  if (purpose !== 'batch') return undefined;
  const { maxFileBytes = 200_000_000 } = parts.batchOptions();
  if (upload.writer.bytes > maxFileBytes) {
    return openaiError(
      400,
      `File is too large: ${upload.writer.bytes} bytes, at most ${maxFileBytes} for purpose 'batch'.`,
      { param: 'file' },
    );
  }
  if (/\.jsonl$/i.test(upload.filename)) return undefined;
  return openaiError(400, `Invalid file format for Batch API. Must be .jsonl`, { param: 'file' });
}

function keep(
  { filename, writer }: Upload,
  fields: ReadonlyMap<string, string>,
  { files, parts, newId }: Native,
): StoredFile {
  const now = parts.clock.now();
  const seconds = fields.get('expires_after[seconds]');
  const purpose = fields.get('purpose') ?? '';
  // Only batch files expire by themselves.
  const lifeMs = seconds === undefined ? (purpose === 'batch' ? thirtyDaysMs : Infinity) : Number(seconds) * 1000;
  const { path, bytes } = writer;
  return files.add({
    ...{ id: newId('file-'), path, bytes, filename, purpose },
    ...{ mimeType: 'application/octet-stream', sha256: writer.digest(), generated: false },
    ...{ createdAt: now, expiresAt: now + lifeMs },
  });
}
