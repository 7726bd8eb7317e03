import type { RouteContext } from '../fake-server/api.js';
import { FileWriter } from '../fake-server/file-writer.js';
import { drain } from '../fake-server/incoming.js';
import { isRecord } from '../fake-server/is-record.js';
import { json, type Reply } from '../fake-server/reply.js';
import { geminiError, invalidArgument } from './error-body.js';
import { fileBody } from './file-body.js';
import type { Native } from './native.js';

const fortyEightHoursMs = 48 * 3_600_000;
const twoGigabytes = 2 * 1024 ** 3;

/** A resumable upload that has begun. */
export interface UploadSession {
  readonly id: string;
  readonly displayName: string;
  readonly mimeType: string;
  readonly writer: FileWriter;
}

/** The first request of a resumable upload: answers where the bytes go. */
export function startUpload({ call, incoming }: RouteContext, native: Native): Reply {
  const { uploads, files, parts, newId } = native;
  const { headers } = incoming;
  if (headers['x-goog-upload-protocol'] !== 'resumable' || headers['x-goog-upload-command'] !== 'start') {
    return invalidArgument(
      'Expected a resumable upload: X-Goog-Upload-Protocol: resumable, X-Goog-Upload-Command: start.',
    );
  }
  const file = isRecord(call.body) && isRecord(call.body['file']) ? call.body['file'] : {};
  const { name, displayName, mimeType = headers['x-goog-upload-header-content-type'] } = file;
  const id = typeof name === 'string' ? name.replace(/^files\//, '') : newId();
  if (!/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(id)) {
    return invalidArgument(
      'File name may only contain lowercase letters, digits and dashes, and at most 40 characters.',
    );
  }
  if (files.get(id)) return geminiError(409, `Requested entity already exists: files/${id}`);
  const { maxFileBytes = twoGigabytes } = parts.batchOptions();
  if (Number(headers['x-goog-upload-header-content-length'] ?? 0) > maxFileBytes) {
    return invalidArgument(`File is too large: at most ${maxFileBytes} bytes.`);
  }
  const upload = newId();
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const writer = new FileWriter(parts.temp.next());
  uploads.set(upload, { id, displayName: text(displayName), mimeType: text(mimeType), writer });
  const url = `${parts.origin()}${call.path.replace(/\?.*$/, '')}?upload_id=${upload}&upload_protocol=resumable`;
  return json(200, {}, { headers: { 'x-goog-upload-url': url, 'x-goog-upload-status': 'active' } });
}

/** The bytes, in one request or several; `query` says how many have come, `finalize` makes the file. */
export async function receiveBytes({ incoming, query }: RouteContext, native: Native): Promise<Reply> {
  const { uploads } = native;
  const uploadId = query.get('upload_id') ?? '';
  const session = uploads.get(uploadId);
  const commands = String(incoming.headers['x-goog-upload-command'] ?? '').split(/,\s*/);
  const refusal = session
    ? refuse(session, commands, incoming.headers['x-goog-upload-offset'])
    : geminiError(404, 'No such upload.');
  if (refusal || !session) {
    await drain(incoming);
    return refusal ?? geminiError(404, 'No such upload.');
  }
  for await (const chunk of incoming) await session.writer.write(chunk as Buffer);
  if (!commands.includes('finalize')) {
    const headers = { 'x-goog-upload-status': 'active', 'x-goog-upload-size-received': String(session.writer.bytes) };
    return json(200, {}, { headers });
  }
  uploads.delete(uploadId);
  await session.writer.close();
  return json(200, { file: keep(session, native) }, { headers: { 'x-goog-upload-status': 'final' } });
}

function refuse({ writer }: UploadSession, commands: readonly string[], offset: unknown): Reply | undefined {
  if (!['upload', 'finalize', 'query'].some((command) => commands.includes(command))) {
    return invalidArgument(`Unknown upload command: ${commands.join(', ')}.`);
  }
  if (!commands.includes('upload') || Number(offset ?? 0) === writer.bytes) return undefined;
  return invalidArgument(`Upload offset ${String(offset)} does not match the ${writer.bytes} bytes received.`);
}

function keep({ id, displayName, mimeType, writer }: UploadSession, { files, parts }: Native): unknown {
  const now = parts.clock.now();
  const file = files.add({
    ...{ id, path: writer.path, bytes: writer.bytes, filename: displayName, mimeType, purpose: '' },
    ...{ sha256: writer.digest(), generated: false, createdAt: now, expiresAt: now + fortyEightHoursMs },
  });
  return fileBody(file, parts.origin());
}
