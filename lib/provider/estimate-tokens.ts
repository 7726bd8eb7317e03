import type { ResolvedItem } from '../core/item.js';

/** Characters a request sends as text: of a prompt its letters, of any other body its JSON. */
export function countCharacters(input: unknown): number {
  if (typeof input === 'string') return input.length;
  if (typeof input === 'object' && input !== null && 'prompt' in input && typeof input.prompt === 'string') {
    return input.prompt.length + ('system' in input && typeof input.system === 'string' ? input.system.length : 0);
  }
  return (JSON.stringify(input) as string | undefined)?.length ?? 0;
}

/** Tokens of a request by the rule of thumb of four characters each; at least one. */
export function estimateTokens(item: ResolvedItem): number {
  return Math.max(1, Math.ceil(countCharacters(item.input) / 4));
}
