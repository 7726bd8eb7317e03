import type { Result } from '../core/result.js';

/**
 * A result as one line of JSON, without the line feed:
 * `{"itemId","ok":true,"output","usage","attempts","raw","metadata"}` or `{"itemId","ok":false,"error",...}`.
 * Always the same text for the same result.
 */
export function resultLine(result: Result): string {
  const { itemId, usage, attempts, raw, metadata } = result;
  const outcome = result.ok ? { ok: true, output: result.output ?? null } : { ok: false, error: result.error };
  return JSON.stringify({ itemId, ...outcome, usage, attempts, raw, metadata });
}
