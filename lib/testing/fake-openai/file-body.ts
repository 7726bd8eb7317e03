import type { StoredFile } from '../fake-server/file-shelf.js';

/** A file as OpenAI describes it. */
export function fileBody({ id, bytes, createdAt, expiresAt, filename, purpose }: StoredFile): Record<string, unknown> {
  return {
    object: 'file',
    id,
    purpose,
    filename,
    bytes,
    created_at: seconds(createdAt),
    ...(Number.isFinite(expiresAt) && { expires_at: seconds(expiresAt) }),
    status: 'processed',
  };
}

export function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
