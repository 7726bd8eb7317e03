import type { Result } from './result.js';

/** Results counted together. */
export interface Tally {
  ok: number;
  failed: number;
  /** Tokens. */
  input: number;
  output: number;
}

export function emptyTally(): Tally {
  return { ok: 0, failed: 0, input: 0, output: 0 };
}

export function count(tally: Tally, { ok, usage }: Result): void {
  if (ok) tally.ok++;
  else tally.failed++;
  tally.input += usage?.inputTokens ?? 0;
  tally.output += usage?.outputTokens ?? 0;
}
