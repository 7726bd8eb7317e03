import { redactSecrets } from '../core/redact.js';

/** No error is nested deeper; the stack would not last for what a server without sense sends. */
const deepest = 64;

/** A JSON body of a failure without the secrets in its texts and names. */
export function redactBody(body: unknown, secrets: readonly string[], depth = 0): unknown {
  if (typeof body === 'string') return redactSecrets(body, secrets);
  if (typeof body !== 'object' || body === null) return body;
  if (depth >= deepest) return '[redacted]';
  const within = (entry: unknown): unknown => redactBody(entry, secrets, depth + 1);
  if (Array.isArray(body)) return body.map(within);
  return Object.fromEntries(
    Object.entries(body).map(([name, entry]) => [redactSecrets(name, secrets), within(entry)] as const),
  );
}
