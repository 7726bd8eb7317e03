import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 bits nobody can guess, fit for a URL. */
export const newToken = (): string => randomBytes(32).toString('base64url');

/** Whether a request carries the token. Takes the same time for every wrong one. */
export function carriesToken(request: Request, token: string): boolean {
  const given = /^Bearer (.{1,200})$/.exec(request.headers.get('authorization') ?? '')?.[1] ?? '';
  // Hashes are of one length, as the comparison needs it.
  return timingSafeEqual(digest(given), digest(token));
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
