import { createHash } from 'node:crypto';

/** Eight characters that tell two keys apart and say nothing about either. */
export function fingerprint(secret: string): string {
  return createHash('sha256').update(secret).digest('hex').slice(0, 8);
}

/** What shares one quota: a provider's name, its host and a fingerprint of the key. */
export function quotaScopeOf(name: string, baseURL: string, apiKey: string): string {
  return `${name}:${new URL(baseURL).host}:${fingerprint(apiKey)}`;
}
