import type { StoredFile } from '../fake-server/file-shelf.js';
import { timestamp } from './native.js';

/** A file as Gemini describes it. */
export function fileBody(file: StoredFile, origin: string): Record<string, unknown> {
  const { id, bytes, filename, mimeType, sha256, generated, createdAt, expiresAt } = file;
  return {
    name: `files/${id}`,
    ...(filename !== '' && { displayName: filename }),
    mimeType,
    sizeBytes: String(bytes),
    createTime: timestamp(createdAt),
    updateTime: timestamp(createdAt),
    expirationTime: timestamp(expiresAt),
    sha256Hash: Buffer.from(sha256).toString('base64'),
    uri: `${origin}/v1beta/files/${id}`,
    state: 'ACTIVE',
    source: generated ? 'GENERATED' : 'UPLOADED',
    ...(generated && { downloadUri: `${origin}/v1beta/files/${id}:download?alt=media` }),
  };
}
